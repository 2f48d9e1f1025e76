"""What the tables of the study hold: one dataclass a kind of file, with shapes and units.

In modules by subject, so that a change of one table reruns only what reads or writes tables of its
subject. A class at the end of a module names the kinds of its tables that figures are drawn from.
"""
