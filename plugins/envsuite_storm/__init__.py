"""STORM: matrix games played on a grid, where what one has gathered is what one plays."""
