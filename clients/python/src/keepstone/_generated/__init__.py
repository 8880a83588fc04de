"""What is generated from the code of keepstone."""
