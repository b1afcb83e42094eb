# hash-iterate.pl: the same work as programs/hash-iterate.scm.
use strict;
use warnings;
no warnings 'recursion';

sub run {
    my ($repetitions) = @_;
    my $count = 100_000;
    my %table = map { $_ * 3 => $_ } 0 .. $count - 1;
    for (1 .. $repetitions) {
        my ($keys, $values) = (0, 0);
        while (my ($key, $value) = each %table) {
            $keys = $keys + $key;
            $values = $values + $value;
        }
        return 0 if $keys != 3 * $values || $values != $count * ($count - 1) / 2;
    }
    return 1;
}

my $size = @ARGV ? $ARGV[0] : 120;
unless (run($size)) {
    print "WRONG hash-iterate $size\n";
    exit 1;
}
print "ok hash-iterate $size\n";
