//! Levels as written to levels counted from 0 without gaps.

/// Position in the document, level.
pub(super) type Placed = (usize, u32);

/// The tasks of a job in the order in which they are listed, each with its level. Without levels every task stands on its
/// own, in document order. Written levels are renumbered; inside one the document order holds. A mixture is an error of
/// the configuration; it gives document order, with neighbours of one level together.
pub(super) fn resolve(written: &[Option<i32>]) -> Vec<Placed> {
    let mut order: Vec<usize> = (0..written.len()).collect();
    if written.iter().all(Option::is_some) {
        order.sort_by_key(|&index| written[index]);
    }
    let mut level = 0;
    let mut placed: Vec<Placed> = Vec::with_capacity(order.len());
    for index in order {
        if let Some(&(before, _)) = placed.last()
            && (written[index].is_none() || written[index] != written[before])
        {
            level += 1;
        }
        placed.push((index, level));
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_levels_every_task_stands_on_its_own() {
        assert_eq!(resolve(&[None, None, None]), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(resolve(&[]), []);
    }

    #[test]
    fn levels_are_sorted_and_renumbered() {
        assert_eq!(resolve(&[Some(10), Some(2), Some(10), Some(4)]), [(1, 0), (3, 1), (0, 2), (2, 2)]);
    }

    #[test]
    fn a_mixture_keeps_document_order() {
        assert_eq!(resolve(&[Some(1), Some(1), None, Some(0)]), [(0, 0), (1, 0), (2, 1), (3, 2)]);
    }
}
