"""Tables: one's own data from a CSV or NPZ file, a data frame, a dict of columns, or arrays.

options.py how to read   content.py rows of text   csv_file.py, frames.py make them   header.py is a first row one
columns.py numbers or categories   target.py classes or numbers to predict   schema.py what a model keeps of all this
reading.py a data set for training   applying.py new data for a model   cell_errors.py what cannot be used, with places
"""
