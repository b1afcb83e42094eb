# string-split.raku: the same work as programs/string-split.scm.

my $line = ("the quick brown fox jumps over it " x 50) ~ "end";

sub run($repetitions) {
    for ^$repetitions {
        my @fields = $line.split(" ");
        my $length = 0;
        for @fields -> $field { $length = $length + $field.chars }
        return False if @fields.elems != 351 || $length != 1353;
    }
    True
}

my $size = @*ARGS ?? +@*ARGS[0] !! 4000;
unless run($size) {
    say "WRONG string-split $size";
    exit 1;
}
say "ok string-split $size";
