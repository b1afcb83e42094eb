//! Tests of headers and of the byte routines.

use super::{copy_bytes, read_bytes, write_bytes};
use crate::{Header, Heap, HeapConfig, Kind, LocalHeap, Value};
use proptest::prelude::{any, prop, prop_assert_eq, proptest};

fn local() -> LocalHeap {
    let config = HeapConfig { reserve_bytes: 32 << 20, ..HeapConfig::default() };
    Heap::new(config).expect("address space").local()
}

fn contents(v: Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    read_bytes(v, 0, super::size(v), &mut bytes);
    bytes
}

proptest! {
    #[test]
    fn copying_bytes_is_copy_within(
        bytes in prop::collection::vec(any::<u8>(), 1..200),
        from in any::<usize>(),
        to in any::<usize>(),
        count in any::<usize>(),
    ) {
        let (from, to) = (from % bytes.len(), to % bytes.len());
        let count = count % (bytes.len() - from.max(to) + 1);
        let mut local = local();
        let object = local.object(Kind::Bytevector, bytes.len()).expect("room");
        write_bytes(object, 0, &bytes);
        prop_assert_eq!(&contents(object), &bytes);
        copy_bytes(object, from, object, to, count);
        let mut expected = bytes;
        expected.copy_within(from..from + count, to);
        prop_assert_eq!(contents(object), expected);
    }

    #[test]
    fn writing_and_reading_at_any_offset_agree(
        bytes in prop::collection::vec(any::<u8>(), 0..100),
        offset in 0usize..20,
    ) {
        let mut local = local();
        let object = local.object(Kind::Bytevector, 130).expect("room");
        write_bytes(object, offset, &bytes);
        let mut read = Vec::new();
        read_bytes(object, offset, bytes.len(), &mut read);
        prop_assert_eq!(read, bytes);
    }
}

#[test]
fn a_header_keeps_kind_size_and_flag() {
    for kind in super::Kind::ALL {
        let header = Header::new(kind, 1234).with_flag(true);
        assert_eq!((header.kind(), header.size(), header.flag()), (kind, 1234, true));
        assert_eq!(header.is_raw(), kind.is_raw());
        assert_eq!(header.total_words(), if kind.is_raw() { 1 + 155 } else { 1235 });
        assert_eq!(header.bits() & 7, 0);
    }
}
