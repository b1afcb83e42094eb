# tak.raku: the same work as programs/tak.scm.

sub tak($x, $y, $z) {
    $y < $x
        ?? tak(tak($x - 1, $y, $z), tak($y - 1, $z, $x), tak($z - 1, $x, $y))
        !! $z
}

sub run($repetitions) {
    for ^$repetitions {
        return False if tak(18, 12, 6) != 7;
    }
    True
}

my $size = @*ARGS ?? +@*ARGS[0] !! 400;
unless run($size) {
    say "WRONG tak $size";
    exit 1;
}
say "ok tak $size";
