# fib.nqp: the same work as programs/fib.scm.

sub fib($n) { $n < 2 ?? $n !! fib($n - 1) + fib($n - 2) }

sub run($n) {
    my $a := 0;
    my $b := 1;
    my $i := 0;
    while $i < $n {
        my $next := $a + $b;
        $a := $b;
        $b := $next;
        $i := $i + 1;
    }
    fib($n) == $a
}

sub MAIN(*@arguments) {
    my $size := nqp::elems(@arguments) > 1 ?? +@arguments[1] !! 36;
    unless run($size) {
        say("WRONG fib $size");
        nqp::exit(1);
    }
    say("ok fib $size");
}
