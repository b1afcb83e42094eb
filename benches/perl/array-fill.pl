# array-fill.pl: the same work as programs/array-fill.scm.
use strict;
use warnings;
no warnings 'recursion';

sub run {
    my ($repetitions) = @_;
    my $count = 1_000_000;
    my @v;
    for (1 .. $repetitions) {
        my $i = 0;
        while ($i < $count) {
            $v[$i] = $i * 2;
            $i = $i + 1;
        }
        my $sum = 0;
        $i = 0;
        while ($i < $count) {
            $sum = $sum + $v[$i];
            $i = $i + 1;
        }
        return 0 if $sum != $count * ($count - 1);
    }
    return 1;
}

my $size = @ARGV ? $ARGV[0] : 30;
unless (run($size)) {
    print "WRONG array-fill $size\n";
    exit 1;
}
print "ok array-fill $size\n";
