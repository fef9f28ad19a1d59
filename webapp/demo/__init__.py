"""The demo community: two communities with their people and forty days of work, made by the same actions and the same intake."""
