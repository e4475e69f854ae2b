"""What people may try who mean harm, against real servers; the long variants are run by `make faults`."""
