# man-or-boy.pl: the same work as programs/man-or-boy.scm.
use strict;
use warnings;
no warnings 'recursion';

sub a {
    my ($k, $x1, $x2, $x3, $x4, $x5) = @_;
    my $b;
    $b = sub {
        $k = $k - 1;
        return a($k, $b, $x1, $x2, $x3, $x4);
    };
    return $k <= 0 ? $x4->() + $x5->() : $b->();
}

my @answers = (
    1, 0, -2, 0, 1, 0, 1, -1, -10, -30, -67, -138, -291, -642, -1446, -3250, -7244, -16065,
    -35601, -78985, -175416
);

sub run {
    my ($k) = @_;
    return $answers[$k] == a($k, sub { 1 }, sub { -1 }, sub { -1 }, sub { 1 }, sub { 0 });
}

my $size = @ARGV ? $ARGV[0] : 19;
unless (run($size)) {
    print "WRONG man-or-boy $size\n";
    exit 1;
}
print "ok man-or-boy $size\n";
