"""What a study takes before anything runs: its jobs, their time, their room on the disk."""
