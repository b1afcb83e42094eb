# mandelbrot.pl: the same work as programs/mandelbrot.scm.
use strict;
use warnings;
no warnings 'recursion';

my ($side, $most_steps) = (100, 100);

sub inside {
    my ($c_re, $c_im) = @_;
    my ($re, $im) = (0.0, 0.0);
    for (1 .. $most_steps) {
        my ($re2, $im2) = ($re * $re, $im * $im);
        return 0 if $re2 + $im2 > 4.0;
        ($re, $im) = ($re2 - $im2 + $c_re, 2.0 * $re * $im + $c_im);
    }
    return 1;
}

sub count_inside {
    my $count = 0;
    for my $row (0 .. $side - 1) {
        my $c_im = 3.0 * $row / $side - 1.5;
        for my $column (0 .. $side - 1) {
            $count++ if inside(3.0 * $column / $side - 2.0, $c_im);
        }
    }
    return $count;
}

sub run {
    my ($repetitions) = @_;
    for (1 .. $repetitions) {
        return 0 if count_inside() != 1754;
    }
    return 1;
}

my $size = @ARGV ? $ARGV[0] : 160;
unless (run($size)) {
    print "WRONG mandelbrot $size\n";
    exit 1;
}
print "ok mandelbrot $size\n";
