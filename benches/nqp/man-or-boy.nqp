# man-or-boy.nqp: the same work as programs/man-or-boy.scm.

sub a($k, $x1, $x2, $x3, $x4, $x5) {
    my $left := $k;
    my $b;
    $b := sub () {
        $left := $left - 1;
        a($left, $b, $x1, $x2, $x3, $x4)
    };
    $left <= 0 ?? $x4() + $x5() !! $b()
}

sub run($k) {
    my @answers := [1, 0, -2, 0, 1, 0, 1, -1, -10, -30, -67, -138, -291, -642, -1446, -3250, -7244,
        -16065, -35601, -78985, -175416];
    @answers[$k] == a($k, sub () { 1 }, sub () { -1 }, sub () { -1 }, sub () { 1 }, sub () { 0 })
}

sub MAIN(*@arguments) {
    my $size := nqp::elems(@arguments) > 1 ?? +@arguments[1] !! 19;
    unless run($size) {
        say("WRONG man-or-boy $size");
        nqp::exit(1);
    }
    say("ok man-or-boy $size");
}
