# array-fill.nqp: the same work as programs/array-fill.scm.

sub run($repetitions) {
    my $count := 1000000;
    my @v;
    my $round := 0;
    while $round < $repetitions {
        my $i := 0;
        while $i < $count {
            @v[$i] := $i * 2;
            $i := $i + 1;
        }
        my $sum := 0;
        $i := 0;
        while $i < $count {
            $sum := $sum + @v[$i];
            $i := $i + 1;
        }
        return 0 if $sum != $count * ($count - 1);
        $round := $round + 1;
    }
    1
}

sub MAIN(*@arguments) {
    my $size := nqp::elems(@arguments) > 1 ?? +@arguments[1] !! 30;
    unless run($size) {
        say("WRONG array-fill $size");
        nqp::exit(1);
    }
    say("ok array-fill $size");
}
