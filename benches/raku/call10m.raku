# call10m.raku: the same work as programs/call10m.scm.

sub identity($x) { $x }

sub run($millions) {
    my $left = $millions * 1_000_000;
    my $last = 0;
    while $left != 0 {
        $last = identity($left);
        $left = $left - 1;
    }
    $last == 1
}

my $size = @*ARGS ?? +@*ARGS[0] !! 10;
unless run($size) {
    say "WRONG call10m $size";
    exit 1;
}
say "ok call10m $size";
