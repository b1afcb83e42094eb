(display #\spacebar)
