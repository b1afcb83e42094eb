# array-fill.raku: the same work as programs/array-fill.scm.

sub run($repetitions) {
    my $count = 1_000_000;
    my @v;
    for ^$repetitions {
        my $i = 0;
        while $i < $count {
            @v[$i] = $i * 2;
            $i = $i + 1;
        }
        my $sum = 0;
        $i = 0;
        while $i < $count {
            $sum = $sum + @v[$i];
            $i = $i + 1;
        }
        return False if $sum != $count * ($count - 1);
    }
    True
}

my $size = @*ARGS ?? +@*ARGS[0] !! 30;
unless run($size) {
    say "WRONG array-fill $size";
    exit 1;
}
say "ok array-fill $size";
