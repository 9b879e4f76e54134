package main

var firstNames = []string{
	"Aaliyah", "Aarav", "Adaeze", "Agnieszka", "Åke", "Alejandro", "Amélie", "Amina", "Anaïs", "Andrew",
	"Ángela", "Anna", "Anna-Lena", "Antonín", "Asbjørn", "Astrid", "Beatriz", "Benedikt", "Björn", "Božena",
	"Bronwyn", "Camille", "Caoimhe", "Carlos", "Catarina", "Cécile", "Chidi", "Chloë", "Christopher", "Ciarán",
	"Clémence", "Daniel", "Deirdre", "Diego", "Dimitra", "Duygu", "Ebba", "Eilidh", "Elif", "Élodie",
	"Emeka", "Emma", "Erzsébet", "Esra", "Eszter", "Fátima", "Fernando", "Fiona", "François", "Freya",
	"Gabriela", "Giulia", "Gökhan", "Gráinne", "Grzegorz", "Gwen", "Hana", "Hanne", "Hélène", "Henrik",
	"Hiroshi", "Ibrahim", "Inês", "Ingrid", "İpek", "Isabella", "Jakub", "James", "Jan", "Jean-Pierre",
	"Joanna", "João", "Jörg", "José", "Joséphine", "Jürgen", "Kateřina", "Kayode", "Kenji", "Kristjan",
	"László", "Laura", "Leïla", "Liam", "Linh", "Lorenzo", "Lucía", "Łukasz", "Maëlle", "Magnus",
	"Małgorzata", "Marek", "Margarida", "María", "Marie-Claire", "Márton", "Matthew", "Mei", "Michael", "Mikkel",
	"Naomi", "Nchimunya", "Niamh", "Nikolaos", "Noémie", "Núria", "Oisín", "Oliver", "Oluwaseun", "Ondřej",
	"Øystein", "Pádraig", "Paula", "Per", "Petra", "Priya", "Rachel", "Raúl", "Renée", "Ricardo",
	"Rūta", "Sæunn", "Samuel", "Sanne", "Sarah", "Şebnem", "Seán", "Siobhán", "Søren", "Stefan",
	"Sunita", "Tadeusz", "Tamsin", "Thandiwe", "Thomas", "Þóra", "Tomás", "Tuấn", "Valérie", "Věra",
	"Vikram", "Wanjiru", "William", "Wojciech", "Xavier", "Yannick", "Yuki", "Zoë", "Zofia", "Željko",
}

var lastNames = []string{
	"Abbott", "Achterberg", "Adebayo", "Åkesson", "Alvarez", "Andersson", "Antonelli", "Araújo", "Árnason", "Bähr",
	"Bailey", "Bakker", "Banerjee", "Barták", "Baumgärtner", "Bélanger", "Berg", "Bernard", "Bianchi", "Blažek",
	"Boateng", "Bouchard", "Brânză", "Brückner", "Byrne", "Castañeda", "Černý", "Chatterjee", "Chevalier", "Çelik",
	"Clarke", "Conceição", "Coulibaly", "Cruz", "Dąbrowski", "D'Angelo", "Đặng", "de la Cruz", "de Vries", "Delacroix",
	"Demir", "Devlin", "Diallo", "Dlamini", "dos Santos", "Dubois", "Ebersole", "Eriksson", "Espinoza", "Evans",
	"Fernández", "Fitzgerald", "Fonseca", "Fournier", "Fujimoto", "Gallagher", "García", "Gómez", "González", "Górski",
	"Grüner", "Guðmundsson", "Haddad", "Hansen", "Hernández", "Hoàng", "Horvát", "Hughes", "Ibáñez", "Ito",
	"Iyer", "Jankowska", "Jensen", "Jiménez", "Johansson", "Jones", "Kaczmarek", "Karlsson", "Kaya", "Kiss",
	"Kobayashi", "Köhler", "Kovács", "Kowalczyk", "Krüger", "Kučera", "Lacroix", "Lambert", "Larsen", "Lefèvre",
	"Leitão", "Lindström", "López", "Löwe", "MacDonald", "Magalhães", "Martínez", "Mbeki", "McAllister", "Mélendez",
	"Meyer", "Möller", "Moreau", "Müller", "Mutasa", "Nakamura", "Nguyễn", "Nielsen", "Nkemelu", "Novák",
	"Núñez", "O'Brien", "O'Connor", "Ødegård", "Okafor", "Østergaard", "Özdemir", "Papadopoulos", "Patel", "Pátková",
	"Pérez", "Petersen", "Peña", "Quigley", "Ramírez", "Rasmussen", "Ribeiro", "Richter", "Rodríguez", "Rossi",
	"Růžička", "Sánchez", "Sato", "Schäfer", "Schröder", "Schulz-Hoffmann", "Sharma", "Silva", "Šimek", "Singh",
	"Škoda", "Smith", "Sørensen", "Suárez", "Svensson", "Szabó", "Tanaka", "Taylor", "Thibault", "Þórsdóttir",
	"Tóth", "Tremblay", "van den Berg", "van Dijk", "Vásquez", "Wałęsiak", "Weiß", "Williams", "Wiśniewski", "Wójcik",
	"Yamada", "Yıldız", "Young", "Zając", "Zhang", "Zielińska", "Žižka", "Zúñiga", "Ward-Hughes", "Whitfield",
}
