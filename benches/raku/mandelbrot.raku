# mandelbrot.raku: the same work as programs/mandelbrot.scm.

my $side = 100;
my $most-steps = 100;

sub inside(Num $c-re, Num $c-im) {
    my $re = 0e0;
    my $im = 0e0;
    my $step = 0;
    while $step < $most-steps {
        my $re2 = $re * $re;
        my $im2 = $im * $im;
        return False if $re2 + $im2 > 4e0;
        $im = 2e0 * $re * $im + $c-im;
        $re = $re2 - $im2 + $c-re;
        $step = $step + 1;
    }
    True
}

sub count-inside() {
    my $count = 0;
    for ^$side -> $row {
        my $c-im = 3e0 * $row / $side - 1.5e0;
        for ^$side -> $column {
            $count++ if inside(3e0 * $column / $side - 2e0, $c-im);
        }
    }
    $count
}

sub run($repetitions) {
    for ^$repetitions {
        return False if count-inside() != 1754;
    }
    True
}

my $size = @*ARGS ?? +@*ARGS[0] !! 160;
unless run($size) {
    say "WRONG mandelbrot $size";
    exit 1;
}
say "ok mandelbrot $size";
