"""Child processes that open foreign files, under limits of time and memory; their crash harms no other process.

limits   what a process may use, and how it ended
garbage  when Python looks for it
pool     worker processes for many calls at once, as in a batch run
reader   the one child process in which any other command reads
"""
