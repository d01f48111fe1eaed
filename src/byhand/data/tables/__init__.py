"""Tables: a CSV or NPZ file, a data frame, a dict of columns, or arrays.

options.py how to read   content.py rows of text, made by csv_file.py and frames.py   header.py header or not
columns.py numbers or categories   codes.py digits that are names   target.py labels or regression targets
schema.py what a model keeps of all this
reading.py a data set for training   applying.py new data for a model   cell_errors.py unusable cells with their places
"""
