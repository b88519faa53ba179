"""The riddle of the prisoners and the light switch: has everyone been in the room?"""
