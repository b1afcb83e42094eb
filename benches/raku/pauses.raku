# pauses.raku: makes objects, of which some stay alive, and prints how long each collection of
# MoarVM took, in nanoseconds. Arguments: kept objects, thousands of objects made beside them.

use nqp;

my class Queue is repr('ConcBlockingQueue') { }
my class Point { has $.x; has $.y }

sub MAIN(Int $kept, Int $thousands) {
    my @kept;
    @kept[$_] = Point.new(x => $_, y => -$_) for ^$kept;
    my $queue := nqp::create(Queue);
    nqp::vmeventsubscribe($queue, nqp::hash('gcevent', array[int]));
    my $last;
    $last = Point.new(x => $_, y => -$_) for ^(1000 * $thousands);
    nqp::vmeventsubscribe($queue, nqp::hash());
    while nqp::elems($queue) > 0 {
        my $event := nqp::shift($queue);
        my $kind = nqp::atpos_i($event, 4) ?? 'major' !! 'minor';
        say "kind=\"$kind\" stop_ns=0 pause_ns={1000 * nqp::atpos_i($event, 3)}";
    }
    say "ok pauses $kept $thousands";
}
