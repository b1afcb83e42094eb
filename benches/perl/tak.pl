# tak.pl: the same work as programs/tak.scm.
use strict;
use warnings;
no warnings 'recursion';

sub tak {
    my ($x, $y, $z) = @_;
    return $z unless $y < $x;
    return tak(tak($x - 1, $y, $z), tak($y - 1, $z, $x), tak($z - 1, $x, $y));
}

sub run {
    my ($repetitions) = @_;
    for (1 .. $repetitions) {
        return 0 if tak(18, 12, 6) != 7;
    }
    return 1;
}

my $size = @ARGV ? $ARGV[0] : 400;
unless (run($size)) {
    print "WRONG tak $size\n";
    exit 1;
}
print "ok tak $size\n";
