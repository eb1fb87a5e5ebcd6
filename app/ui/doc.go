// Package ui owns the window's content as a whole: the rail, the screens and the
// way between them, the keyboard, live changes from the replica, locking, and
// what a person has set about language and look. What a screen shows is its own
// package's; what the desk can do is app/desk's. It opens no window and no
// replica: package app hands both in.
package ui
