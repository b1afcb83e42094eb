# hash-fill.raku: the same work as programs/hash-fill.scm.

sub key($i) { "key" ~ $i }

sub run($repetitions) {
    my $count = 100_000;
    for ^$repetitions {
        my %table;
        my $i = 0;
        while $i < $count {
            %table{key($i)} = $i;
            $i = $i + 1;
        }
        my $sum = 0;
        $i = 0;
        while $i < $count {
            $sum = $sum + %table{key($i)};
            $i = $i + 1;
        }
        return False if %table.elems != $count || $sum != $count * ($count - 1) / 2;
    }
    True
}

my $size = @*ARGS ?? +@*ARGS[0] !! 4;
unless run($size) {
    say "WRONG hash-fill $size";
    exit 1;
}
say "ok hash-fill $size";
