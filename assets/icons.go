package assets

import "io/fs"

// IconName names one of the stroke icons, drawn on a grid of 24 with a stroke of 1.75.
type IconName string

// The icons of the interface. Agencies of a city have their own signs (police, tax, …).
const (
	IconBack      IconName = "back"
	IconBell      IconName = "bell"
	IconBlock     IconName = "block"
	IconBolt      IconName = "bolt"
	IconBook      IconName = "book"
	IconBuilding  IconName = "building"
	IconCalendar  IconName = "calendar"
	IconCard      IconName = "card"
	IconCheck     IconName = "check"
	IconChevDown  IconName = "chevDown"
	IconChevLeft  IconName = "chevLeft"
	IconChevRight IconName = "chevRight"
	IconCivil     IconName = "civil"
	IconClock     IconName = "clock"
	IconCompass   IconName = "compass"
	IconCopy      IconName = "copy"
	IconDownload  IconName = "download"
	IconEye       IconName = "eye"
	IconEyeOff    IconName = "eyeOff"
	IconFile      IconName = "file"
	IconFileCheck IconName = "fileCheck"
	IconFilter    IconName = "filter"
	IconFlag      IconName = "flag"
	IconGlobe     IconName = "globe"
	IconHealth    IconName = "health"
	IconHelp      IconName = "help"
	IconHistory   IconName = "history"
	IconHourglass IconName = "hourglass"
	IconInbox     IconName = "inbox"
	IconInfo      IconName = "info"
	IconKey       IconName = "key"
	IconKeyboard  IconName = "keyboard"
	IconLayers    IconName = "layers"
	IconLeft      IconName = "left"
	IconLink      IconName = "link"
	IconLock      IconName = "lock"
	IconMenu      IconName = "menu"
	IconMetro     IconName = "metro"
	IconMinus     IconName = "minus"
	IconMonitor   IconName = "monitor"
	IconMore      IconName = "more"
	IconNodes     IconName = "nodes"
	IconOffline   IconName = "offline"
	IconOKCircle  IconName = "okc"
	IconPause     IconName = "pause"
	IconPen       IconName = "pen"
	IconPension   IconName = "pension"
	IconPhone     IconName = "phone"
	IconPlay      IconName = "play"
	IconPlus      IconName = "plus"
	IconPolice    IconName = "police"
	IconProof     IconName = "proof"
	IconRight     IconName = "right"
	IconRotate    IconName = "rotate"
	IconScale     IconName = "scale"
	IconSchools   IconName = "schools"
	IconSearch    IconName = "search"
	IconSend      IconName = "send"
	IconShield    IconName = "shield"
	IconSign      IconName = "sign"
	IconSliders   IconName = "sliders"
	IconSun       IconName = "sun"
	IconTax       IconName = "tax"
	IconTextsize  IconName = "textsize"
	IconTicket    IconName = "ticket"
	IconTrash     IconName = "trash"
	IconUpload    IconName = "upload"
	IconUser      IconName = "user"
	IconUsers     IconName = "users"
	IconWarn      IconName = "warn"
	IconX         IconName = "x"
	IconXCircle   IconName = "xc"
)

// IconStroke is the colour every icon is drawn in; whoever shows one puts the wanted colour in its place.
const IconStroke = "#55514A"

// Icon returns an icon as SVG. An unknown name gives the question mark, so that
// data that names an icon cannot stop a screen; HasIcon tells.
func Icon(name IconName) []byte {
	if !HasIcon(name) {
		name = IconHelp
	}
	return must("icons/" + string(name) + ".svg")
}

// HasIcon tells whether an icon of this name exists.
func HasIcon(name IconName) bool {
	if name == "" {
		return false
	}
	_, err := fs.Stat(files, "icons/"+string(name)+".svg")
	return err == nil
}

// IconNames lists all icons in alphabetical order.
func IconNames() []IconName {
	entries, err := files.ReadDir("icons")
	if err != nil {
		panic("assets: " + err.Error())
	}
	names := make([]IconName, 0, len(entries))
	for _, e := range entries {
		name := e.Name()
		names = append(names, IconName(name[:len(name)-len(".svg")]))
	}
	return names
}
