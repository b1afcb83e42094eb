# call10m.pl: the same work as programs/call10m.scm.
use strict;
use warnings;
no warnings 'recursion';

sub identity {
    my ($x) = @_;
    return $x;
}

sub run {
    my ($millions) = @_;
    my ($left, $last) = ($millions * 1_000_000, 0);
    while ($left != 0) {
        $last = identity($left);
        $left = $left - 1;
    }
    return $last == 1;
}

my $size = @ARGV ? $ARGV[0] : 10;
unless (run($size)) {
    print "WRONG call10m $size\n";
    exit 1;
}
print "ok call10m $size\n";
