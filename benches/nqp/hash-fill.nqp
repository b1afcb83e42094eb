# hash-fill.nqp: the same work as programs/hash-fill.scm.

sub key($i) { "key" ~ $i }

sub run($repetitions) {
    my $count := 100000;
    my $round := 0;
    while $round < $repetitions {
        my %table;
        my $i := 0;
        while $i < $count {
            %table{key($i)} := $i;
            $i := $i + 1;
        }
        my $sum := 0;
        $i := 0;
        while $i < $count {
            $sum := $sum + %table{key($i)};
            $i := $i + 1;
        }
        return 0 if nqp::elems(%table) != $count || $sum != $count * ($count - 1) / 2;
        $round := $round + 1;
    }
    1
}

sub MAIN(*@arguments) {
    my $size := nqp::elems(@arguments) > 1 ?? +@arguments[1] !! 4;
    unless run($size) {
        say("WRONG hash-fill $size");
        nqp::exit(1);
    }
    say("ok hash-fill $size");
}
