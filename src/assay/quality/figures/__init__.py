"""The figures: numbers with captions, denominators and pictures, for the report and for the pages.

In come reports, coverages and rates. Out go `Figure`s: every row with its words, and pure descriptions
of pictures. What always holds: a figure computes no statistic of its own, its data has every row, drawn
or not, and nothing in here draws. Next are `drawing`, which draws the pictures, and the two readers:
the files of the quality report and the pages of the overview.
"""
