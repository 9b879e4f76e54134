package batch

// peopleVocabulary holds headings that people sheets have and that bind no field: the parts of a name, which join into a display
// name only on request; addresses that are not the account's; and what else HR systems tell of people. To know them tells a line
// of headings from a person, and keeps "did you mean" from asking about them.
var peopleVocabulary = [...]headingSet{
	{tells(ofFirst), "en", `first name | first | given name | forename | fname | legal first name | first name legal |
		employee first name`},
	{tells(ofFirst), "de", "Vorname | Rufname"},
	{tells(ofFirst), "fr", "prénom | prénoms"},
	{tells(ofFirst), "es", "nombre de pila | primer nombre"},
	{tells(ofFirst), "it", "nome di battesimo"},
	{tells(ofFirst), "pt", "primeiro nome | nome próprio"},
	{tells(ofFirst), "nl", "voornaam | roepnaam"},
	{tells(ofFirst), "pl", "imię | pierwsze imię"},
	{tells(ofFirst), "cs", "křestní jméno"},
	{tells(ofFirst), "sv", "förnamn | tilltalsnamn"},
	{tells(ofFirst), "ja", "名"},
	{tells(ofMiddle), "en", "middle name | middle | middle initial | MI | mname | middleI | legal middle name | second name"},
	{tells(ofMiddle), "de", "zweiter Vorname | Mittelname"},
	{tells(ofMiddle), "fr", "deuxième prénom"},
	{tells(ofMiddle), "es", "segundo nombre"},
	{tells(ofMiddle), "it", "secondo nome"},
	{tells(ofMiddle), "pt", "nome do meio"},
	{tells(ofMiddle), "nl", "tweede voornaam | tussenvoegsel"},
	{tells(ofMiddle), "pl", "drugie imię"},
	{tells(ofMiddle), "cs", "prostřední jméno"},
	{tells(ofMiddle), "sv", "mellannamn"},
	{tells(ofMiddle), "ja", "ミドルネーム"},
	{tells(ofMiddle), "zh", "中间名"},
	{tells(ofLast), "en", `last name | last | surname | family name | lname | legal last name | last name legal |
		employee last name`},
	{tells(ofLast), "de", "Nachname | Familienname | Zuname"},
	{tells(ofLast), "fr", "nom de famille | nom d'usage"},
	{tells(ofLast), "es", "apellido | apellidos"},
	{tells(ofLast), "it", "cognome"},
	{tells(ofLast), "pt", "sobrenome | último nome"},
	{tells(ofLast), "nl", "achternaam | familienaam"},
	{tells(ofLast), "pl", "nazwisko"},
	{tells(ofLast), "cs", "příjmení"},
	{tells(ofLast), "sv", "efternamn"},
	{tells(ofLast), "ja", "姓 | 苗字"},
	{tells(ofLast), "zh", "姓氏"},

	{tells(ofOtherAddress), "en", `personal e-mail | personal e-mail address | private e-mail | private e-mail address |
		home e-mail | home e-mail address | e-mail home | e-mail personal | manager e-mail | manager e-mail address |
		manager's e-mail | supervisor e-mail | reports to e-mail | line manager e-mail | alternate e-mail |
		alternate e-mail address | alternate e-mail addresses | alternative e-mail | secondary e-mail | second e-mail |
		other e-mail | other mails | recovery e-mail | recovery e-mail address | backup e-mail | emergency contact e-mail |
		old e-mail | previous e-mail | new e-mail | new e-mail address | e-mail alias | e-mail aliases | aliases |
		proxy addresses | e-mail addresses`},
	{tells(ofOtherAddress), "de", `private E-Mail | private E-Mail-Adresse | E-Mail privat | persönliche E-Mail |
		E-Mail Vorgesetzter | E-Mail des Vorgesetzten | Vorgesetzter E-Mail | alternative E-Mail-Adresse |
		alte E-Mail-Adresse | neue E-Mail-Adresse`},
	{tells(ofOtherAddress), "fr", `e-mail personnel | mail personnel | mail perso | courriel personnel |
		adresse e-mail personnelle | e-mail du responsable | e-mail manager | e-mail secondaire |
		adresse e-mail secondaire | adresse de récupération`},
	{tells(ofOtherAddress), "es", `correo personal | correo electrónico personal | correo del supervisor | correo del jefe |
		correo alternativo | correo secundario | correo de recuperación`},
	{tells(ofOtherAddress), "it", `e-mail personale | mail personale | e-mail privata | e-mail del responsabile |
		e-mail alternativa | e-mail secondaria | e-mail di recupero`},
	{tells(ofOtherAddress), "pt", `e-mail pessoal | e-mail do gestor | e-mail do gerente | e-mail alternativo |
		e-mail secundário | e-mail de recuperação`},
	{tells(ofOtherAddress), "nl", `privé e-mail | privé e-mailadres | persoonlijk e-mailadres | e-mail privé |
		e-mail leidinggevende | alternatief e-mailadres | herstel e-mailadres`},
	{tells(ofOtherAddress), "pl", `e-mail prywatny | prywatny e-mail | e-mail przełożonego | alternatywny e-mail |
		zapasowy e-mail`},
	{tells(ofOtherAddress), "cs", `osobní e-mail | soukromý e-mail | e-mail nadřízeného | alternativní e-mail |
		záložní e-mail`},
	{tells(ofOtherAddress), "sv", `privat e-post | privat e-postadress | e-post privat | chefens e-post |
		alternativ e-postadress | sekundär e-post`},
	{tells(ofOtherAddress), "ja", "個人メール | 個人メールアドレス | 上司メール | 上司のメールアドレス | 予備メールアドレス | 再設定用メールアドレス"},
	{tells(ofOtherAddress), "zh", "个人邮箱 | 私人邮箱 | 主管邮箱 | 经理邮箱 | 备用邮箱 | 辅助邮箱 | 個人電子郵件 | 備用電子郵件"},
	{tells(ofOtherAddress), "Google", "Home Secondary Email | Work Secondary Email | New Primary Email"},
	{tells(ofOtherAddress), "ADP", "Personal Contact: Personal Email"},
	{tells(ofOtherAddress), "Exchange", "EmailAddresses | ForwardingSmtpAddress | ExternalEmailAddress | TargetAddress"},
	{tells(ofOtherAddress), "Mimecast", "Email Alias Address"},

	{tells(ofPerson), "en", `id | employee | employee id | employee number | employee no | emp id | emp no |
		personnel number | staff id | staff number | person id | person id external | person number | payroll number |
		associate id | position id | user id | badge number | national id | status | employment status | employee status |
		position status | assignment status | active status | account type | employee type | employment type | worker type |
		person type | user type | is hidden | title | job title | business title | position | position name |
		position title | position description | job | job name | job profile | job code | job family | job level | grade |
		level | role | roles | function | designation | rank | department | department name | home department | dept |
		division | business unit | unit | team | group | groups | org unit | organization | organisation | company |
		company name | legal entity | employer | branch | subsidiary | area | region | cost center | cost centre |
		location | location name | office | office location | office number | site | building | floor | room | desk |
		hire date | original hire date | date of hire | start date | join date | joining date | date of joining |
		effective date | end date | termination date | leaving date | last day of work | date of birth | birth date |
		birthday | age | manager | manager id | manager name | line manager | supervisor | supervisor name | supervisor id |
		reports to | reporting to | hr | hr manager | phone | phone number | telephone | mobile | mobile phone |
		mobile number | cell phone | cell | work phone | office phone | business phone | home phone | biz phone | fax |
		fax number | extension | address | address 1 | address 2 | street | street address | city | town | state |
		province | zip | zip code | postal code | postcode | country | country code | usage location | time zone | gender |
		sex | pronouns | nationality | marital status | language | preferred language | locale | preferred name |
		preferred first name | nickname | initials | prefix | suffix | salutation | maiden name | salary | pay type |
		pay rate | hourly rate | fte | shift | schedule | notes | note | comment | comments | remarks | description |
		category | type | number | no | date | created | updated | certification | license | licenses | skills | union |
		contract | passport | passport number | secretary | assistant | secretary name | photo | website | url`},
	{tells(ofPerson), "en", `password last set | last password change | last password change timestamp |
		password expiry date | password expiration date | password expiry | password expired | strong password required |
		password required | password policies`},
	{tells(ofPerson), "de", `Personalnummer | Pers.-Nr. | Personal-Nr. | Mitarbeiternummer | Mitarbeiter-ID | Mitarbeiter |
		Position | Stelle | Berufsbezeichnung | Stellenbezeichnung | Funktion | Titel | Anrede | Abteilung | Bereich |
		Team | Firma | Unternehmen | Gesellschaft | Kostenstelle | Standort | Niederlassung | Büro | Gebäude | Raum |
		Eintrittsdatum | Eintritt | Austrittsdatum | Austritt | Startdatum | Geburtsdatum | Vorgesetzter | Vorgesetzte |
		Führungskraft | Manager Personalnummer | Beschäftigungsstatus | Beschäftigungsart | Vertragsart | Telefon |
		Telefonnummer | Mobil | Mobiltelefon | Handy | Durchwahl | Adresse | Straße | Ort | Stadt | PLZ | Postleitzahl |
		Land | Geschlecht | Sprache | Bemerkung | Bemerkungen | Notizen | Kommentar | Nummer | Gehalt`},
	{tells(ofPerson), "fr", `matricule | numéro d'employé | numéro de salarié | poste | fonction | intitulé du poste |
		emploi | service | département | direction | équipe | société | entreprise | établissement | centre de coût | site |
		lieu | bureau | bâtiment | date d'entrée | date d'embauche | date de début | date de sortie | date de fin |
		date de naissance | responsable | supérieur | supérieur hiérarchique | gestionnaire | statut | type de contrat |
		contrat | téléphone | téléphone portable | portable | adresse | rue | ville | code postal | pays | civilité | sexe |
		genre | langue | commentaire | commentaires | remarques | EstAdmin | salaire`},
	{tells(ofPerson), "es", `ID empleado | número de empleado | legajo | puesto | cargo | departamento | área | equipo |
		empresa | compañía | centro de costos | centro de coste | ubicación | sede | oficina | edificio | fecha de ingreso |
		fecha de contratación | fecha de alta | fecha de baja | fecha de inicio | fecha de nacimiento | jefe | gerente |
		supervisor directo | responsable directo | estatus | estado | tipo de contrato | teléfono | móvil | celular |
		dirección | calle | ciudad | código postal | país | género | idioma | observaciones | comentarios | salario`},
	{tells(ofPerson), "it", `matricola | numero dipendente | ID dipendente | dipendente | mansione | ruolo | qualifica |
		posizione | reparto | dipartimento | ufficio | azienda | società | centro di costo | sede | luogo di lavoro |
		data di assunzione | data assunzione | data inizio | data cessazione | data di nascita | responsabile | stato |
		tipo contratto | contratto | telefono | cellulare | indirizzo | via | città | CAP | paese | nazione | sesso |
		lingua | note | commenti`},
	{tells(ofPerson), "pt", `matrícula | número de funcionário | número do colaborador | ID do funcionário | funcionário |
		colaborador | função | departamento | setor | equipe | equipa | empresa | centro de custo | local | localização |
		escritório | filial | data de admissão | data de início | data de nascimento | data de demissão | gestor | gerente |
		supervisor | situação | tipo de contrato | telefone | celular | telemóvel | endereço | morada | rua | cidade | CEP |
		código postal | país | gênero | idioma | observações | comentários | apelido`},
	{tells(ofPerson), "nl", `personeelsnummer | medewerkernummer | medewerker | functie | functietitel | afdeling | team |
		bedrijf | organisatie | kostenplaats | locatie | vestiging | kantoor | datum in dienst | in dienst |
		indiensttreding | datum uit dienst | uit dienst | geboortedatum | leidinggevende | manager | dienstverband |
		telefoon | telefoonnummer | mobiel | adres | straat | plaats | woonplaats | postcode | land | geslacht | taal |
		opmerkingen`},
	{tells(ofPerson), "pl", `numer pracownika | ID pracownika | pracownik | stanowisko | dział | zespół | firma | spółka |
		centrum kosztów | MPK | lokalizacja | biuro | data zatrudnienia | data rozpoczęcia | data zwolnienia |
		data urodzenia | przełożony | kierownik | telefon | telefon komórkowy | adres | ulica | miasto | kod pocztowy |
		kraj | płeć | język | uwagi | komentarz`},
	{tells(ofPerson), "cs", `osobní číslo | číslo zaměstnance | zaměstnanec | pozice | funkce | oddělení | tým |
		společnost | nákladové středisko | pracoviště | lokalita | kancelář | datum nástupu | datum ukončení |
		datum narození | nadřízený | vedoucí | stav | telefon | mobil | adresa | ulice | město | PSČ | země | pohlaví |
		jazyk | poznámka | poznámky`},
	{tells(ofPerson), "sv", `anställningsnummer | anställnings-ID | anställd | befattning | roll | tjänst | avdelning |
		enhet | företag | bolag | kostnadsställe | plats | ort | kontor | anställningsdatum | startdatum | slutdatum |
		födelsedatum | chef | närmaste chef | anställningsform | telefon | mobil | adress | gata | stad | postnummer |
		land | kön | språk | kommentar | anteckningar`},
	{tells(ofPerson), "ja", `社員番号 | 従業員番号 | 社員ID | 従業員 | 役職 | 職種 | 職位 | 部署 | 部門 | 所属 | 課 | 会社 | 会社名 | 勤務地 | 拠点 | オフィス |
		入社日 | 退職日 | 退社日 | 開始日 | 生年月日 | 上司 | 雇用形態 | 在籍状況 | 電話 | 電話番号 | 携帯 | 携帯電話 | 住所 | 市区町村 | 郵便番号 | 国 | 性別 | 言語 | 備考 |
		フリガナ | ふりがな | カナ`},
	{tells(ofPerson), "zh", `工号 | 员工编号 | 员工号 | 员工ID | 员工 | 职位 | 职务 | 岗位 | 部门 | 团队 | 公司 | 成本中心 | 地点 | 工作地点 | 办公室 | 入职日期 |
		离职日期 | 开始日期 | 出生日期 | 生日 | 经理 | 主管 | 上级 | 状态 | 在职状态 | 电话 | 手机 | 手机号 | 手机号码 | 地址 | 城市 | 邮编 | 邮政编码 | 国家 | 性别 | 语言 |
		备注 | 員工編號 | 職稱 | 部門 | 公司名稱 | 到職日 | 電話 | 手機 | 備註`},
	{tells(ofPerson), "SuccessFactors", `USERID | EMPID | BIZ_PHONE | ADDR1 | ADDR2 | HIREDATE | JOBCODE | TIMEZONE |
		REVIEW_FREQ | LAST_REVIEW_DATE | MATRIX_MANAGER | DEFAULT_LOCALE | CUSTOM_MANAGER | SECOND_MANAGER | LOGIN_METHOD |
		PROXY | EXITDATE`},
	{tells(ofPerson), "Google", `Org Unit Path | Password Hash Function | Recovery Phone | Work Phone | Work Address |
		Home Address | Employee Title | Building ID | Floor Name | Floor Section | New Status | New Licenses |
		Advanced Protection Program enrollment | Last Sign In | 2sv Enrolled`},
	{tells(ofPerson), "Entra", `objectId | mobilePhone | streetAddress | physicalDeliveryOfficeName | userType |
		usageLocation | jobTitle | telephoneNumber | createdDateTime`},
	{tells(ofPerson), "AD", "DistinguishedName | ObjectClass | ObjectGUID | SID | whenCreated | lastLogon | EmployeeID | SN"},
	{tells(ofPerson), "7shifts", "Role + Job title | Employee Type(RFT) | MaidenName"},
}
