# hash-fill.pl: the same work as programs/hash-fill.scm.
use strict;
use warnings;
no warnings 'recursion';

sub key { return "key" . $_[0] }

sub run {
    my ($repetitions) = @_;
    my $count = 100_000;
    for (1 .. $repetitions) {
        my %table;
        for (my $i = 0; $i < $count; $i = $i + 1) { $table{key($i)} = $i }
        my $sum = 0;
        for (my $i = 0; $i < $count; $i = $i + 1) { $sum = $sum + $table{key($i)} }
        return 0 if keys(%table) != $count || $sum != $count * ($count - 1) / 2;
    }
    return 1;
}

my $size = @ARGV ? $ARGV[0] : 4;
unless (run($size)) {
    print "WRONG hash-fill $size\n";
    exit 1;
}
print "ok hash-fill $size\n";
