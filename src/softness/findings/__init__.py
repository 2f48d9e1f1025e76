"""What tables of a study say, without drawing it: estimates, claims and the numbers of figures."""
