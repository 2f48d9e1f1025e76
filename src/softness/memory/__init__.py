"""Groups of particles followed in time, and their response to a temperature cycle."""
