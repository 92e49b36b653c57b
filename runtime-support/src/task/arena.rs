//! Places that are taken and given back, in chunks.
//!
//! Unlike a vector of places it neither moves what is in it when it grows nor keeps what it once took: a chunk in which nothing is
//! left is given back.

/// Places of a chunk.
const SIZE: usize = 16;

/// So many chunks leave something worth to be given back even when nothing is in them.
const MANY: usize = 256;

/// All places of a chunk, a bit each.
const ALL: u32 = (1 << SIZE) - 1;

#[derive(Debug)]
pub(super) struct Arena<T> {
    /// Those with nothing in them are empty.
    chunks: Vec<Option<Box<Chunk<T>>>>,
    /// Chunks with a free place; the last one is taken first.
    roomy: Vec<u32>,
    /// For the next one.
    spare: Option<Spare<T>>,
    len: usize,
}

/// An empty chunk.
#[derive(Debug)]
pub(super) struct Spare<T>(Box<Chunk<T>>);

#[derive(Debug)]
struct Chunk<T> {
    places: [Option<T>; SIZE],
    /// Which of them are free.
    free: u32,
}

impl<T> Chunk<T> {
    #[cold]
    #[inline(never)]
    fn new() -> Box<Self> {
        Box::new(Self { places: std::array::from_fn(|_| None), free: ALL })
    }

    fn is_empty(&self) -> bool {
        self.free == ALL
    }
}

impl<T> Arena<T> {
    pub(super) const fn new() -> Self {
        Self::with_spare(None)
    }

    /// With a chunk that another one has left.
    pub(super) const fn with_spare(spare: Option<Spare<T>>) -> Self {
        Self { chunks: Vec::new(), roomy: Vec::new(), spare, len: 0 }
    }

    /// A chunk for another one, if nothing is in it.
    pub(super) fn into_spare(self) -> Option<Spare<T>> {
        self.spare.or_else(|| self.chunks.into_iter().flatten().find(|chunk| chunk.is_empty()).map(Spare))
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where it is from now on.
    #[inline]
    pub(super) fn insert(&mut self, value: T) -> u32 {
        let number = match self.roomy.last() {
            Some(number) => *number,
            None => self.grow(),
        };
        let chunk =
            self.chunks[number as usize].get_or_insert_with(|| self.spare.take().map_or_else(Chunk::new, |Spare(chunk)| chunk));
        let place = chunk.free.trailing_zeros();
        let free = chunk.places[place as usize].replace(value);
        // There is nothing to drop, and the compiler can not know.
        std::mem::forget(free);
        chunk.free &= chunk.free - 1;
        if chunk.free == 0 {
            self.roomy.pop();
        }
        self.len += 1;
        number * SIZE as u32 + place
    }

    #[cold]
    fn grow(&mut self) -> u32 {
        let number = u32::try_from(self.chunks.len()).expect("there are less than four billion chunks");
        assert!(number < u32::MAX / SIZE as u32, "there are less than four billion tasks");
        self.chunks.push(None);
        self.roomy.push(number);
        number
    }

    #[inline]
    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        let (chunk, place) = (place as usize / SIZE, place as usize % SIZE);
        self.chunks.get_mut(chunk)?.as_mut()?.places[place].as_mut()
    }

    /// Takes out what is there, if it is the right one.
    #[inline]
    pub(super) fn remove(&mut self, place: u32, is_right: impl FnOnce(&T) -> bool) -> Option<T> {
        let (number, place) = (place as usize / SIZE, place as usize % SIZE);
        let chunk = self.chunks.get_mut(number)?.as_deref_mut()?;
        let value = chunk.places[place].take_if(|value| is_right(value))?;
        let was_full = chunk.free == 0;
        chunk.free |= 1 << place;
        let is_empty = chunk.is_empty();
        self.len -= 1;
        if was_full {
            self.has_room(number as u32);
        } else if is_empty && self.roomy.last() != Some(&(number as u32)) {
            // The one that is taken from next stays.
            self.chunks[number] = None;
        }
        if self.len == 0 && self.chunks.len() > MANY {
            // The last chunk stays, as it often lies above all that has just ended: memory below one that is taken is not given back to
            // the system, only to be asked for again by the next burst.
            *self = Self::with_spare(std::mem::replace(self, Self::new()).into_spare());
        }
        Some(value)
    }

    /// A chunk has a free place again, and is the one that is taken from next.
    fn has_room(&mut self, number: u32) {
        if let Some(before) = self.roomy.last() {
            let before = &mut self.chunks[*before as usize];
            if before.as_ref().is_some_and(|chunk| chunk.is_empty()) {
                *before = None;
            }
        }
        self.roomy.push(number);
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten().flat_map(|chunk| &mut chunk.places).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_found_until_it_is_taken_out() {
        let mut arena = Arena::new();
        let places: Vec<u32> = (0..1000).map(|number| arena.insert(number)).collect();
        for (number, place) in places.iter().enumerate().filter(|(number, _)| number % 3 != 0) {
            assert_eq!(arena.get_mut(*place), Some(&mut number.clone()));
            assert_eq!(arena.remove(*place, |_| false), None);
            assert_eq!(arena.remove(*place, |_| true), Some(number));
            assert_eq!(arena.remove(*place, |_| true), None);
            assert_eq!(arena.get_mut(*place), None);
        }
        assert_eq!(arena.len(), 334);
        assert!(arena.iter_mut().all(|number| *number % 3 == 0));
    }

    #[test]
    fn places_are_taken_again() {
        let mut arena = Arena::new();
        let places: Vec<u32> = (0..100).map(|number| arena.insert(number)).collect();
        places.iter().for_each(|place| assert!(arena.remove(*place, |_| true).is_some()));
        let again: Vec<u32> = (0..100).map(|number| arena.insert(number)).collect();
        assert!(again.iter().all(|place| *place < 112), "{again:?}");
        assert_eq!(arena.iter_mut().count(), 100);
    }

    #[test]
    fn nothing_of_a_burst_stays() {
        let mut arena = Arena::new();
        let first = arena.insert(0);
        let places: Vec<u32> = (1..100_000).map(|number| arena.insert(number)).collect();
        places.iter().for_each(|place| assert!(arena.remove(*place, |_| true).is_some()));
        let chunks = arena.chunks.iter().flatten().count();
        assert!(chunks <= 2, "{chunks}");
        arena.remove(first, |_| true);
        assert!(arena.is_empty() && arena.chunks.is_empty());
    }
}
