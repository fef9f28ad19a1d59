"""Who is told what, by which way: subscriptions, and the notices that went out."""
