# tak.nqp: the same work as programs/tak.scm.

sub tak($x, $y, $z) {
    $y < $x
        ?? tak(tak($x - 1, $y, $z), tak($y - 1, $z, $x), tak($z - 1, $x, $y))
        !! $z
}

sub run($repetitions) {
    my $left := $repetitions;
    while $left > 0 {
        return 0 if tak(18, 12, 6) != 7;
        $left := $left - 1;
    }
    1
}

sub MAIN(*@arguments) {
    my $size := nqp::elems(@arguments) > 1 ?? +@arguments[1] !! 400;
    unless run($size) {
        say("WRONG tak $size");
        nqp::exit(1);
    }
    say("ok tak $size");
}
