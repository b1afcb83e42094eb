# fib.raku: the same work as programs/fib.scm.

sub fib($n) { $n < 2 ?? $n !! fib($n - 1) + fib($n - 2) }

sub run($n) {
    my ($a, $b) = 0, 1;
    for ^$n { ($a, $b) = $b, $a + $b }
    fib($n) == $a
}

my $size = @*ARGS ?? +@*ARGS[0] !! 36;
unless run($size) {
    say "WRONG fib $size";
    exit 1;
}
say "ok fib $size";
