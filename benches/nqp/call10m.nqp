# call10m.nqp: the same work as programs/call10m.scm.

sub identity($x) { $x }

sub run($millions) {
    my $left := $millions * 1000000;
    my $last := 0;
    while $left != 0 {
        $last := identity($left);
        $left := $left - 1;
    }
    $last == 1
}

sub MAIN(*@arguments) {
    my $size := nqp::elems(@arguments) > 1 ?? +@arguments[1] !! 10;
    unless run($size) {
        say("WRONG call10m $size");
        nqp::exit(1);
    }
    say("ok call10m $size");
}
