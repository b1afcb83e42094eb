# fib.pl: the same work as programs/fib.scm.
use strict;
use warnings;
no warnings 'recursion';

sub fib {
    my ($n) = @_;
    return $n < 2 ? $n : fib($n - 1) + fib($n - 2);
}

sub run {
    my ($n) = @_;
    my ($a, $b) = (0, 1);
    ($a, $b) = ($b, $a + $b) for 1 .. $n;
    return fib($n) == $a;
}

my $size = @ARGV ? $ARGV[0] : 36;
unless (run($size)) {
    print "WRONG fib $size\n";
    exit 1;
}
print "ok fib $size\n";
