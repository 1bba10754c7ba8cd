//! What was worked out once about a host and is asked for again: the units of systemd, the packages.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// One remembered value of each type.
#[derive(Default)]
pub struct Memo(RefCell<HashMap<TypeId, Rc<dyn Any>>>);

impl Memo {
    /// The remembered `T`, or what `make` makes, which is then remembered. `make` may itself ask for others.
    pub fn get<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        let found = self.0.borrow().get(&TypeId::of::<T>()).cloned();
        if let Some(Ok(known)) = found.map(Rc::downcast::<T>) {
            return known;
        }
        let made = Rc::new(make());
        self.0.borrow_mut().insert(TypeId::of::<T>(), made.clone());
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_and_may_ask_for_others() {
        let memo = Memo::default();
        assert_eq!(*memo.get(|| 1_u8), 1);
        assert_eq!(*memo.get(|| 2_u8), 1);
        assert_eq!(*memo.get(|| u16::from(*memo.get(|| 4_u8)) + 1), 2_u16);
    }
}
