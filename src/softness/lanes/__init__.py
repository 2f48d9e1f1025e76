"""Many runs of one liquid at once on one core, a run in each lane of the SIMD registers.

For the runs of an isoconfigurational ensemble, which begin in the same configuration and so have
nearly the same neighbours for a while (docs/lanes.md).
"""
