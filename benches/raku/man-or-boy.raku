# man-or-boy.raku: the same work as programs/man-or-boy.scm.

sub a($k is copy, &x1, &x2, &x3, &x4, &x5) {
    my sub b() {
        $k = $k - 1;
        a($k, &b, &x1, &x2, &x3, &x4)
    }
    $k <= 0 ?? x4() + x5() !! b()
}

my @answers = 1, 0, -2, 0, 1, 0, 1, -1, -10, -30, -67, -138, -291, -642, -1446, -3250, -7244,
    -16065, -35601, -78985, -175416;

sub run($k) {
    @answers[$k] == a($k, { 1 }, { -1 }, { -1 }, { 1 }, { 0 })
}

my $size = @*ARGS ?? +@*ARGS[0] !! 19;
unless run($size) {
    say "WRONG man-or-boy $size";
    exit 1;
}
say "ok man-or-boy $size";
