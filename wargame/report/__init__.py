"""What people read: the story of an episode (`story`) and what a scenario plays (`overview`)."""
