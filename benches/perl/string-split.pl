# string-split.pl: the same work as programs/string-split.scm.
use strict;
use warnings;
no warnings 'recursion';

my $line = ("the quick brown fox jumps over it " x 50) . "end";

sub run {
    my ($repetitions) = @_;
    for (1 .. $repetitions) {
        my @fields = split / /, $line;
        my $length = 0;
        $length += length $_ for @fields;
        return 0 if @fields != 351 || $length != 1353;
    }
    return 1;
}

my $size = @ARGV ? $ARGV[0] : 4000;
unless (run($size)) {
    print "WRONG string-split $size\n";
    exit 1;
}
print "ok string-split $size\n";
