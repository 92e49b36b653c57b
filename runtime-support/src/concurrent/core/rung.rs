//! Who was woken, in order. As long as it is about the first 64 children, without an allocation.

/// Children whose numbers fit into the small part.
const SMALL: usize = 64;

pub(super) struct Rung {
    small: [u8; SMALL],
    count: usize,
    /// Those behind the small part: once there is one, everybody who comes goes here.
    large: Vec<usize>,
}

impl Rung {
    pub(super) const fn new() -> Self {
        Self { small: [0; SMALL], count: 0, large: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0 && self.large.is_empty()
    }

    #[inline]
    pub(super) fn push(&mut self, child: usize) {
        match u8::try_from(child) {
            Ok(small) if child < SMALL && self.count < SMALL && self.large.is_empty() => {
                self.small[self.count] = small;
                self.count += 1;
            }
            _ => self.large.push(child),
        }
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<usize> {
        if index < self.count { Some(self.small[index].into()) } else { self.large.get(index - self.count).copied() }
    }

    /// Takes the first ones out.
    pub(super) fn forget(&mut self, first: usize) {
        let small = first.min(self.count);
        self.small.copy_within(small..self.count, 0);
        self.count -= small;
        self.large.drain(..first - small);
    }

    /// Moves everybody in `other` behind those in here.
    pub(super) fn append(&mut self, other: &mut Self) {
        if self.is_empty() {
            // The memory goes along.
            std::mem::swap(&mut self.large, &mut other.large);
            self.small = other.small;
            self.count = std::mem::take(&mut other.count);
            return;
        }
        let mut index = 0;
        while let Some(child) = other.get(index) {
            self.push(child);
            index += 1;
        }
        other.count = 0;
        other.large.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(rung: &Rung) -> Vec<usize> {
        (0..).map_while(|index| rung.get(index)).collect()
    }

    #[test]
    fn the_order_is_kept_over_both_parts() {
        let mut rung = Rung::new();
        for child in [3, 1, 100, 2, 63, 64] {
            rung.push(child);
        }
        assert_eq!(all(&rung), [3, 1, 100, 2, 63, 64]);
        rung.forget(1);
        assert_eq!(all(&rung), [1, 100, 2, 63, 64]);
        let mut behind = Rung::new();
        behind.push(7);
        behind.push(200);
        rung.append(&mut behind);
        assert!(behind.is_empty());
        assert_eq!(all(&rung), [1, 100, 2, 63, 64, 7, 200]);
        rung.forget(7);
        assert!(rung.is_empty());
        behind.push(5);
        rung.append(&mut behind);
        assert_eq!(all(&rung), [5]);
        assert!(behind.is_empty());
    }

    #[test]
    fn the_first_64_need_no_memory() {
        let mut rung = Rung::new();
        for child in (0..SMALL).rev() {
            rung.push(child);
        }
        assert_eq!(rung.large.capacity(), 0);
        assert!(all(&rung).into_iter().eq((0..SMALL).rev()));
    }
}
