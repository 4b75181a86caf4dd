"""The only writer: files and folders that appear whole, object storage, private scratch files."""
