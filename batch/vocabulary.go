package batch

// headingSet are headings that mean the same, in one language or in what one program exports.
type headingSet struct {
	means    meaning
	source   string // a language's code, or the name of a program
	headings string // separated by |; case, accents, blanks and punctuation don't matter
}

// vocabulary holds the headings that may bind a column, beside the names and titles of the fields themselves.
//
// Left out, or only asked about, is what means one thing to one program and another to the next: an HR system's "Status" and
// "Active" tell of employment, "Disabled" may tell of a disability, and "blocked" is said both of an account that was disabled and
// of one that too many wrong passwords locked.
var vocabulary = [...]headingSet{
	{means(Email), "en", `e-mail address | mail | mail address | mailbox address | e-mail id | work e-mail |
		work e-mail address | e-mail work | business e-mail | business e-mail address | company e-mail | corporate e-mail |
		office e-mail | official e-mail | employee e-mail | user e-mail | primary e-mail | primary e-mail address |
		login e-mail`},
	{means(Email), "de", `E-Mail-Adresse | Mailadresse | E-Mail geschäftlich | geschäftliche E-Mail |
		geschäftliche E-Mail-Adresse | dienstliche E-Mail | dienstliche E-Mail-Adresse | E-Mail dienstlich | E-Mail Arbeit |
		Firmen-E-Mail | primäre E-Mail-Adresse`},
	{means(Email), "fr", `courriel | adresse e-mail | adresse mail | adresse courriel | adresse électronique |
		adresse de messagerie | mél | e-mail professionnel | mail professionnel | courriel professionnel |
		adresse e-mail professionnelle | mail pro | e-mail pro`},
	{means(Email), "es", `correo | correo electrónico | dirección de correo | dirección de correo electrónico |
		correo corporativo | correo de trabajo | correo laboral | correo electrónico de trabajo | e-mail corporativo`},
	{means(Email), "it", `posta elettronica | indirizzo e-mail | indirizzo mail | indirizzo di posta elettronica |
		e-mail aziendale | mail aziendale | e-mail di lavoro`},
	{means(Email), "pt", `correio eletrônico | endereço de e-mail | e-mail corporativo | e-mail profissional |
		e-mail de trabalho | e-mail da empresa`},
	{means(Email), "nl", "e-mailadres | mailadres | zakelijk e-mailadres | zakelijke e-mail | e-mail werk | werk e-mail"},
	{means(Email), "pl", `adres e-mail | adres mailowy | adres poczty elektronicznej | poczta elektroniczna |
		e-mail służbowy | służbowy e-mail | służbowy adres e-mail`},
	{means(Email), "cs", "e-mailová adresa | elektronická pošta | pracovní e-mail | firemní e-mail | služební e-mail"},
	{means(Email), "sv", `e-post | e-postadress | mejl | mejladress | e-post arbete | arbetsmejl | jobbmejl |
		e-postadress arbete`},
	{means(Email), "ja", `メール | メールアドレス | Eメール | Eメールアドレス | 電子メール | 電子メールアドレス | E-mailアドレス | 会社メールアドレス | 社用メールアドレス |
		勤務先メールアドレス`},
	{means(Email), "zh", `邮箱 | 邮箱地址 | 电子邮件 | 电子邮箱 | 电子邮件地址 | 邮件地址 | 工作邮箱 | 公司邮箱 | 企业邮箱 | 電子郵件 | 電子郵件地址 | 電郵 | 電郵地址 | 電子信箱 |
		信箱`},
	{means(Email), "Workday", "E-mail - Primary Work | Primary Work E-mail | E-mail Address - Primary Work"},
	{means(Email), "ADP", "Work Contact: Work E-mail | Business Communication: Work E-mail"},
	{means(Email), "Exchange", "PrimarySmtpAddress | Primary SMTP | WindowsEmailAddress | SMTP address"},

	{means(Username), "en", "full name | user display name | employee name | employee full name | complete name"},
	{means(Username), "de", "Anzeigename | vollständiger Name | voller Name | Mitarbeitername | Vor- und Nachname"},
	{means(Username), "fr", "nom complet | nom affiché | nom d'affichage | nom à afficher | prénom et nom | nom et prénom"},
	{means(Username), "es", `nombre completo | nombre para mostrar | nombre a mostrar | nombre y apellidos |
		nombre y apellido`},
	{means(Username), "it", "nome completo | nome visualizzato | nome e cognome | nominativo"},
	{means(Username), "pt", "nome completo | nome para exibição | nome de exibição | nome a apresentar | nome a exibir"},
	{means(Username), "nl", "volledige naam | weergavenaam | weergegeven naam"},
	{means(Username), "pl", "imię i nazwisko | nazwa wyświetlana | pełna nazwa | pełne imię i nazwisko"},
	{means(Username), "cs", "celé jméno | zobrazované jméno | zobrazovaný název | jméno a příjmení"},
	{means(Username), "sv", "visningsnamn | fullständigt namn | för- och efternamn | hela namnet"},
	{means(Username), "ja", "表示名 | 氏名 | 社員名 | 社員名前 | フルネーム"},
	{means(Username), "zh", "显示名称 | 显示名 | 姓名 | 全名 | 员工姓名 | 顯示名稱 | 員工姓名"},

	{tells(ofName), "en", "name | names"},
	{tells(ofName), "fr", "nom"},
	{tells(ofName), "es", "nombre | nombres"},
	{tells(ofName), "it", "nome"},
	{tells(ofName), "nl", "naam"},
	{tells(ofName), "cs", "jméno"},
	{tells(ofName), "sv", "namn"},
	{tells(ofName), "ja", "名前"},
	{tells(ofName), "zh", "名字"},

	{tells(ofUserName), "en", "user name"},
	{tells(ofLogOn), "en", `login | login name | login id | logon | logon name | sign-in name | sign-in id | user login |
		user logon name | account name | network login | windows login`},
	{tells(ofLogOn), "de", "Benutzername | Anmeldename | Loginname | Benutzerkennung | Benutzerprinzipalname | Nutzername"},
	{tells(ofLogOn), "fr", `nom d'utilisateur | identifiant | identifiant de connexion | nom d'utilisateur principal |
		nom de connexion`},
	{tells(ofLogOn), "es", "nombre de usuario | usuario | nombre principal de usuario | nombre de inicio de sesión"},
	{tells(ofLogOn), "it", "nome utente | utente | nome dell'entità utente | nome di accesso"},
	{tells(ofLogOn), "pt", "nome de usuário | nome de utilizador | usuário | utilizador | nome UPN"},
	{tells(ofLogOn), "nl", "gebruikersnaam | inlognaam | aanmeldnaam | user principal naam"},
	{tells(ofLogOn), "pl", "nazwa użytkownika | nazwa logowania | główna nazwa użytkownika"},
	{tells(ofLogOn), "cs", "uživatelské jméno | přihlašovací jméno | hlavní název uživatele"},
	{tells(ofLogOn), "sv", "användarnamn | inloggningsnamn | användarens huvudnamn"},
	{tells(ofLogOn), "ja", "ユーザー名 | ユーザ名 | ログイン名 | ログインID | ユーザー プリンシパル名"},
	{tells(ofLogOn), "zh", "用户名 | 登录名 | 登录账号 | 用户主体名称 | 使用者名稱 | 登入名稱"},
	{tells(ofLogOn), "Entra", "userPrincipalName | UPN"},
	{tells(ofLogOn), "AD", "samAccountName | mailNickname"},
	{tells(ofLogOn), "Exchange", "MicrosoftOnlineServicesID | WindowsLiveID"},

	{means(Password), "en", `initial password | temporary password | new password | passwd | start password |
		user password | login password | cloud password`},
	{means(Password), "de", `Passwort | Kennwort | Initialpasswort | Initialkennwort | Anfangskennwort | Startpasswort |
		Erstpasswort | neues Passwort | neues Kennwort | temporäres Kennwort | temporäres Passwort`},
	{means(Password), "fr", `mot de passe | MDP | mot de passe initial | mot de passe temporaire | nouveau mot de passe |
		mot de passe provisoire`},
	{means(Password), "es", "contraseña | contraseña inicial | contraseña temporal | nueva contraseña"},
	{means(Password), "it", "password iniziale | password temporanea | nuova password | parola d'ordine | parola d'accesso"},
	{means(Password), "pt", `senha | palavra-passe | senha inicial | senha temporária | nova senha | palavra-passe inicial |
		nova palavra-passe`},
	{means(Password), "nl", "wachtwoord | initieel wachtwoord | tijdelijk wachtwoord | nieuw wachtwoord"},
	{means(Password), "pl", "hasło | hasło początkowe | hasło tymczasowe | nowe hasło"},
	{means(Password), "cs", "heslo | počáteční heslo | dočasné heslo | nové heslo"},
	{means(Password), "sv", "lösenord | tillfälligt lösenord | nytt lösenord | ursprungligt lösenord | startlösenord"},
	{means(Password), "ja", "パスワード | 初期パスワード | 仮パスワード | 新しいパスワード | 新パスワード"},
	{means(Password), "zh", "密码 | 初始密码 | 临时密码 | 新密码 | 登录密码 | 密碼 | 初始密碼 | 新密碼"},
	{means(Password), "Entra", "passwordProfile"},

	{means(PasswordNeverExpires), "en", `password does not expire | password doesn't expire |
		set password to never expire | do not expire password`},
	{means(PasswordNeverExpires), "de", `Kennwort läuft nie ab | Passwort läuft nie ab | Kennwort läuft nicht ab |
		Passwort läuft nicht ab`},
	{means(PasswordNeverExpires), "fr", `le mot de passe n'expire jamais | mot de passe n'expire jamais |
		mot de passe sans expiration`},
	{means(PasswordNeverExpires), "es", `la contraseña nunca expira | la contraseña nunca caduca | contraseña nunca expira |
		contraseña nunca caduca | la contraseña no caduca`},
	{means(PasswordNeverExpires), "it", `nessuna scadenza password | la password non scade mai | password senza scadenza |
		password non scade mai`},
	{means(PasswordNeverExpires), "pt", `a senha nunca expira | senha nunca expira | a palavra-passe nunca expira |
		palavra-passe nunca expira`},
	{means(PasswordNeverExpires), "nl", "wachtwoord verloopt nooit | wachtwoord verloopt niet"},
	{means(PasswordNeverExpires), "pl", "hasło nigdy nie wygasa | hasło nie wygasa"},
	{means(PasswordNeverExpires), "cs", `heslo je platné stále | heslo nikdy nevyprší | heslo nevyprší |
		platnost hesla nikdy nevyprší`},
	{means(PasswordNeverExpires), "sv", `lösenordet upphör aldrig att gälla | lösenordet upphör aldrig |
		lösenord upphör aldrig | lösenordet går aldrig ut`},
	{means(PasswordNeverExpires), "ja", "パスワードを無期限にする | パスワード無期限 | パスワードの有効期限なし"},
	{means(PasswordNeverExpires), "zh", "密码永不过期 | 密码不过期 | 密碼永不到期 | 密碼永久有效"},
	{meansNot(PasswordNeverExpires), "en", "password expires | password can expire"},
	{meansNot(PasswordNeverExpires), "de", "Kennwort läuft ab | Passwort läuft ab"},
	{meansNot(PasswordNeverExpires), "fr", "le mot de passe expire | mot de passe expire"},
	{meansNot(PasswordNeverExpires), "es", `la contraseña expira | la contraseña caduca | contraseña expira |
		contraseña caduca`},
	{meansNot(PasswordNeverExpires), "it", "la password scade | password scade"},
	{meansNot(PasswordNeverExpires), "pt", "a senha expira | senha expira | a palavra-passe expira"},
	{meansNot(PasswordNeverExpires), "nl", "wachtwoord verloopt"},
	{meansNot(PasswordNeverExpires), "pl", "hasło wygasa"},
	{meansNot(PasswordNeverExpires), "cs", "heslo vyprší"},
	{meansNot(PasswordNeverExpires), "sv", "lösenordet upphör"},

	{means(ForcePasswordChange), "en", `force change | force password reset | force change password |
		change password at next log-on | change password at next login | change password at next sign-in |
		must change password | must change password at next login | user must change password at next log-on |
		require password change | require password change at next sign-in | change password on first login |
		reset password at next login`},
	{means(ForcePasswordChange), "de", `Kennwortänderung erzwingen | Passwortänderung erzwingen |
		Kennwort ändern erzwingen | Kennwort muss geändert werden | Passwort muss geändert werden |
		Kennwort bei der nächsten Anmeldung ändern | Passwort bei der nächsten Anmeldung ändern |
		Passwort bei nächster Anmeldung ändern | Benutzer muss Kennwort bei der nächsten Anmeldung ändern`},
	{means(ForcePasswordChange), "fr", `forcer le changement de mot de passe | changement de mot de passe obligatoire |
		changer le mot de passe à la prochaine connexion |
		l'utilisateur doit changer le mot de passe à la prochaine ouverture de session`},
	{means(ForcePasswordChange), "es", `forzar cambio de contraseña | cambiar contraseña en el próximo inicio de sesión |
		debe cambiar la contraseña | el usuario debe cambiar la contraseña en el siguiente inicio de sesión`},
	{means(ForcePasswordChange), "it", `forza cambio password | obbligo cambio password |
		cambio password al prossimo accesso | cambiamento obbligatorio password all'accesso successivo`},
	{means(ForcePasswordChange), "pt", `forçar alteração de senha | forçar troca de senha |
		forçar alteração da palavra-passe | alterar senha no próximo login |
		o usuário deve alterar a senha no próximo logon`},
	{means(ForcePasswordChange), "nl", `wachtwoordwijziging afdwingen | wachtwoord wijzigen verplicht |
		wachtwoord wijzigen bij volgende aanmelding | gebruiker moet wachtwoord wijzigen bij volgende aanmelding`},
	{means(ForcePasswordChange), "pl", `wymuś zmianę hasła | zmiana hasła przy następnym logowaniu |
		użytkownik musi zmienić hasło przy następnym logowaniu`},
	{means(ForcePasswordChange), "cs", `vynutit změnu hesla | změnit heslo při příštím přihlášení |
		při dalším přihlášení musí uživatel změnit heslo`},
	{means(ForcePasswordChange), "sv", `tvinga lösenordsbyte | kräv lösenordsbyte | byt lösenord vid nästa inloggning |
		användaren måste byta lösenord vid nästa inloggning`},
	{means(ForcePasswordChange), "ja", "パスワード変更を強制 | パスワードの変更を強制 | パスワード変更必須 | 次回ログオン時にパスワード変更が必要 | 次回ログイン時にパスワードを変更"},
	{means(ForcePasswordChange), "zh", "强制更改密码 | 强制修改密码 | 下次登录时须更改密码 | 下次登录时更改密码 | 用户下次登录时须更改密码 | 強制變更密碼"},
	{means(ForcePasswordChange), "Entra", `forceChangePasswordNextSignIn | forceChangePassword |
		passwordProfile.forceChangePasswordNextSignIn`},
	{means(ForcePasswordChange), "AD", "changePasswordAtLogon"},

	{means(ArchiveStartDate), "en", "archive start | archive from | archive since | archive view start date"},
	{means(ArchiveStartDate), "de", "Archivbeginn | Archiv-Startdatum | Startdatum des Archivs | Archivierung ab"},
	{means(ArchiveStartDate), "fr", `date de début d'archivage | début d'archivage | début des archives |
		date de début des archives`},
	{means(ArchiveStartDate), "es", "fecha de inicio de archivo | fecha de inicio del archivo | inicio del archivo"},
	{means(ArchiveStartDate), "it", `data inizio archivio | data di inizio archivio | inizio archivio |
		data inizio archiviazione`},
	{means(ArchiveStartDate), "pt", "data de início do arquivo | início do arquivo | data de início do arquivamento"},
	{means(ArchiveStartDate), "nl", "startdatum archief | archief vanaf | begindatum archief"},
	{means(ArchiveStartDate), "pl", "data początkowa archiwum | początek archiwum | archiwum od"},
	{means(ArchiveStartDate), "cs", "datum začátku archivu | začátek archivu"},
	{means(ArchiveStartDate), "sv", "arkivets startdatum | startdatum för arkiv | arkiv från"},
	{means(ArchiveStartDate), "ja", "アーカイブ開始日 | アーカイブの開始日"},
	{means(ArchiveStartDate), "zh", "归档开始日期 | 存档开始日期 | 归档起始日期 | 封存開始日期"},

	{means(AllowPOP), "en", `allow pop | pop enabled | pop3 enabled | pop access | pop3 access | pop allowed | enable pop |
		enable pop3`},
	{means(AllowPOP), "de", `POP erlauben | POP3 erlauben | POP zulassen | POP3 zulassen | POP aktiviert | POP3 aktiviert |
		POP erlaubt`},
	{means(AllowPOP), "fr", "autoriser POP | autoriser POP3 | POP activé | POP3 activé | POP autorisé"},
	{means(AllowPOP), "es", "permitir POP | permitir POP3 | POP habilitado | POP3 habilitado"},
	{means(AllowPOP), "it", "consenti POP | consenti POP3 | POP abilitato | POP3 abilitato"},
	{means(AllowPOP), "pt", "permitir POP | permitir POP3 | POP ativado | POP3 ativado | POP habilitado"},
	{means(AllowPOP), "nl", "POP toestaan | POP3 toestaan | POP ingeschakeld | POP3 ingeschakeld"},
	{means(AllowPOP), "pl", "zezwalaj na POP | zezwalaj na POP3 | POP włączony | POP3 włączony"},
	{means(AllowPOP), "cs", "povolit POP | povolit POP3 | POP povolen | POP3 povolen"},
	{means(AllowPOP), "sv", "tillåt POP | tillåt POP3 | POP aktiverat | POP3 aktiverat"},
	{means(AllowPOP), "ja", "POPを許可 | POP3を許可 | POP許可 | POP有効"},
	{means(AllowPOP), "zh", "允许POP | 允许POP3 | 启用POP | 允許POP | 允許POP3"},
	{meansNot(AllowPOP), "en", "pop disabled | pop3 disabled | disable pop | disable pop3 | block pop"},
	{meansNot(AllowPOP), "de", "POP deaktiviert | POP3 deaktiviert | POP gesperrt"},
	{meansNot(AllowPOP), "fr", "POP désactivé | POP3 désactivé"},
	{meansNot(AllowPOP), "es", "POP deshabilitado | POP3 deshabilitado"},
	{meansNot(AllowPOP), "it", "POP disabilitato | POP3 disabilitato"},
	{meansNot(AllowPOP), "pt", "POP desativado | POP3 desativado"},
	{meansNot(AllowPOP), "nl", "POP uitgeschakeld | POP3 uitgeschakeld"},

	{means(AllowSMTP), "en", `smtp enabled | smtp access | smtp allowed | enable smtp | smtp auth enabled |
		allow smtp auth | smtp submission`},
	{means(AllowSMTP), "de", "SMTP erlauben | SMTP zulassen | SMTP aktiviert | SMTP erlaubt"},
	{means(AllowSMTP), "fr", "autoriser SMTP | SMTP activé | SMTP autorisé"},
	{means(AllowSMTP), "es", "permitir SMTP | SMTP habilitado"},
	{means(AllowSMTP), "it", "consenti SMTP | SMTP abilitato"},
	{means(AllowSMTP), "pt", "permitir SMTP | SMTP ativado | SMTP habilitado"},
	{means(AllowSMTP), "nl", "SMTP toestaan | SMTP ingeschakeld"},
	{means(AllowSMTP), "pl", "zezwalaj na SMTP | SMTP włączony"},
	{means(AllowSMTP), "cs", "povolit SMTP | SMTP povolen"},
	{means(AllowSMTP), "sv", "tillåt SMTP | SMTP aktiverat"},
	{means(AllowSMTP), "ja", "SMTPを許可 | SMTP許可 | SMTP有効"},
	{means(AllowSMTP), "zh", "允许SMTP | 启用SMTP | 允許SMTP"},
	{meansNot(AllowSMTP), "en", "smtp disabled | disable smtp | block smtp | smtp auth disabled"},
	{meansNot(AllowSMTP), "de", "SMTP deaktiviert | SMTP gesperrt"},
	{meansNot(AllowSMTP), "fr", "SMTP désactivé"},
	{meansNot(AllowSMTP), "es", "SMTP deshabilitado"},
	{meansNot(AllowSMTP), "it", "SMTP disabilitato"},
	{meansNot(AllowSMTP), "pt", "SMTP desativado"},
	{meansNot(AllowSMTP), "nl", "SMTP uitgeschakeld"},
	{meansNot(AllowSMTP), "Exchange", "SmtpClientAuthenticationDisabled"},

	{means(AccountLocked), "en", `locked | locked out | is locked | user locked | account locked out | account lockout |
		account is locked`},
	{means(AccountLocked), "de", "ausgesperrt | Konto ausgesperrt | Kontosperrung"},
	{means(AccountLocked), "fr", "verrouillé | compte verrouillé | verrouillage du compte"},
	{means(AccountLocked), "es", "bloqueo de cuenta | cuenta bloqueada por intentos fallidos"},
	{means(AccountLocked), "it", "blocco account | account bloccato per tentativi falliti"},
	{means(AccountLocked), "pt", "bloqueio de conta | conta bloqueada por tentativas falhadas"},
	{means(AccountLocked), "nl", "vergrendeld | account vergrendeld | accountvergrendeling"},
	{means(AccountLocked), "pl", "blokada konta | konto zablokowane po błędnych próbach"},
	{means(AccountLocked), "cs", "uzamčen | účet uzamčen | uzamčení účtu"},
	{means(AccountLocked), "sv", "kontot låst | konto låst | kontolåsning"},
	{means(AccountLocked), "ja", "ロック | アカウントロック | アカウントのロック"},
	{means(AccountLocked), "zh", "锁定 | 账户锁定 | 帐户锁定 | 账号锁定 | 帳戶鎖定"},
	{means(AccountLocked), "AD", "LockedOut"},

	{means(AccountDisabled), "en", `user disabled | login disabled | account is disabled | disable account | block sign in |
		blocked sign in | sign-in blocked | block login | block credential | blocked from sign-in`},
	{means(AccountDisabled), "de", `Konto deaktiviert | Benutzer deaktiviert | Anmeldung blockieren | Anmeldung blockiert |
		Anmelden blockieren`},
	{means(AccountDisabled), "fr", "compte désactivé | utilisateur désactivé | bloquer la connexion | connexion bloquée"},
	{means(AccountDisabled), "es", `cuenta deshabilitada | cuenta desactivada | usuario deshabilitado |
		bloquear inicio de sesión | inicio de sesión bloqueado`},
	{means(AccountDisabled), "it", `account disabilitato | account disattivato | utente disabilitato | blocca accesso |
		accesso bloccato`},
	{means(AccountDisabled), "pt", `conta desativada | conta desabilitada | conta desactivada | bloquear entrada |
		bloquear início de sessão | bloquear login`},
	{means(AccountDisabled), "nl", `account uitgeschakeld | account gedeactiveerd | aanmelden blokkeren |
		aanmelding geblokkeerd`},
	{means(AccountDisabled), "pl", "konto wyłączone | konto dezaktywowane | blokuj logowanie | zablokuj logowanie"},
	{means(AccountDisabled), "cs", "účet zakázán | účet zakázaný | účet deaktivován | blokovat přihlášení"},
	{means(AccountDisabled), "sv", "kontot inaktiverat | konto inaktiverat | blockera inloggning | inloggning blockerad"},
	{means(AccountDisabled), "ja", "アカウント無効 | アカウントの無効化 | サインインのブロック | サインインをブロックする"},
	{means(AccountDisabled), "zh", "账户已禁用 | 帐户已禁用 | 账号禁用 | 账户禁用 | 阻止登录 | 封鎖登入 | 帳戶已停用"},
	{meansNot(AccountDisabled), "en", `enabled | account enabled | user enabled | login enabled | account is enabled |
		sign-in allowed | sign-in enabled | login allowed | allow sign-in`},
	{meansNot(AccountDisabled), "de", "Konto aktiviert | Benutzer aktiviert | Anmeldung zulässig | Anmeldung erlaubt"},
	{meansNot(AccountDisabled), "fr", "compte activé | utilisateur activé | connexion autorisée"},
	{meansNot(AccountDisabled), "es", "cuenta habilitada | cuenta activada | usuario habilitado | inicio de sesión permitido"},
	{meansNot(AccountDisabled), "it", "account abilitato | account attivato | utente abilitato | accesso consentito"},
	{meansNot(AccountDisabled), "pt", "conta ativada | conta habilitada | conta activada | login permitido"},
	{meansNot(AccountDisabled), "nl", "account ingeschakeld | account geactiveerd | aanmelden toegestaan"},
	{meansNot(AccountDisabled), "pl", "konto włączone | konto aktywowane | logowanie dozwolone"},
	{meansNot(AccountDisabled), "cs", "účet povolen | účet aktivován | přihlášení povoleno"},
	{meansNot(AccountDisabled), "sv", "kontot aktiverat | konto aktiverat | inloggning tillåten"},
	{meansNot(AccountDisabled), "ja", "アカウント有効 | アカウントの有効化 | サインイン許可"},
	{meansNot(AccountDisabled), "zh", "账户已启用 | 帐户已启用 | 账号启用 | 允许登录 | 帳戶已啟用"},

	{means(AccountCode), "en", "mimecast account code"},
	{means(AccountCode), "de", "Kontocode | Mimecast-Kontocode"},
	{means(AccountCode), "fr", "code de compte | code du compte"},
	{means(AccountCode), "es", "código de cuenta | código de la cuenta"},
	{means(AccountCode), "it", "codice account | codice dell'account"},
	{means(AccountCode), "pt", "código da conta | código de conta"},
	{means(AccountCode), "nl", "accountcode"},
	{means(AccountCode), "pl", "kod konta"},
	{means(AccountCode), "cs", "kód účtu"},
	{means(AccountCode), "sv", "kontokod"},
	{means(AccountCode), "ja", "アカウントコード"},
	{means(AccountCode), "zh", "账户代码 | 帐户代码 | 帳戶代碼"},

	{means(ActionField), "de", "Aktion"},
	{means(ActionField), "fr", "action à effectuer"},
	{means(ActionField), "es", "acción"},
	{means(ActionField), "it", "azione"},
	{means(ActionField), "pt", "ação | acção"},
	{means(ActionField), "nl", "actie"},
	{means(ActionField), "pl", "akcja | działanie"},
	{means(ActionField), "cs", "akce"},
	{means(ActionField), "sv", "åtgärd"},
	{means(ActionField), "ja", "操作 | アクション"},
	{means(ActionField), "zh", "动作 | 動作"},

	{mayMean(Username), "ADP", "Payroll Name"},
	{mayMean(Username), "Workday", "Worker"},
	{mayMean(PasswordNeverExpires), "en", "never expires"},
	{mayMeanNot(PasswordNeverExpires), "zh", "密码过期"},
	{mayMean(AccountDisabled), "en", `disabled | suspended | inactive | is inactive | deactivated | is disabled |
		is suspended | account suspended`},
	{mayMean(AccountDisabled), "de", "deaktiviert | inaktiv"},
	{mayMean(AccountDisabled), "fr", "désactivé | inactif | suspendu"},
	{mayMean(AccountDisabled), "es", "deshabilitado | desactivado | inactivo | suspendido"},
	{mayMean(AccountDisabled), "it", "disabilitato | disattivato | inattivo | sospeso"},
	{mayMean(AccountDisabled), "pt", "desativado | inativo | suspenso"},
	{mayMean(AccountDisabled), "nl", "uitgeschakeld | inactief | gedeactiveerd"},
	{mayMean(AccountDisabled), "pl", "wyłączony | nieaktywny | zawieszony"},
	{mayMean(AccountDisabled), "cs", "zakázán | neaktivní | deaktivován"},
	{mayMean(AccountDisabled), "sv", "inaktiverad | inaktiv"},
	{mayMean(AccountDisabled), "ja", "無効 | 停止"},
	{mayMean(AccountDisabled), "zh", "禁用 | 停用"},
	{mayMeanNot(AccountDisabled), "en", "active | is active | user active | account active | activated"},
	{mayMeanNot(AccountDisabled), "de", "aktiv | aktiviert | ist aktiv | konto aktiv | benutzer aktiv"},
	{mayMeanNot(AccountDisabled), "fr", "actif | activé | compte actif | utilisateur actif"},
	{mayMeanNot(AccountDisabled), "es", "activo | habilitado | cuenta activa | usuario activo"},
	{mayMeanNot(AccountDisabled), "it", "attivo | abilitato | account attivo | utente attivo"},
	{mayMeanNot(AccountDisabled), "pt", "ativo | ativado | conta ativa | usuário ativo"},
	{mayMeanNot(AccountDisabled), "nl", "actief | ingeschakeld | account actief | gebruiker actief"},
	{mayMeanNot(AccountDisabled), "pl", "aktywny | włączony | konto aktywne"},
	{mayMeanNot(AccountDisabled), "cs", "aktivní | povolen | účet aktivní"},
	{mayMeanNot(AccountDisabled), "sv", "aktiverad | konto aktivt"},
	{mayMeanNot(AccountDisabled), "ja", "有効"},
	{mayMeanNot(AccountDisabled), "zh", "启用 | 啟用"},
	{mayMeanEither(AccountDisabled, AccountLocked), "en", "blocked | is blocked | account blocked | user blocked"},
	{mayMeanEither(AccountDisabled, AccountLocked), "de", "gesperrt | Konto gesperrt | blockiert | Benutzer gesperrt"},
	{mayMeanEither(AccountDisabled, AccountLocked), "fr", "bloqué | compte bloqué"},
	{mayMeanEither(AccountDisabled, AccountLocked), "es", "bloqueado | cuenta bloqueada"},
	{mayMeanEither(AccountDisabled, AccountLocked), "it", "bloccato | account bloccato"},
	{mayMeanEither(AccountDisabled, AccountLocked), "pt", "bloqueada | conta bloqueada"},
	{mayMeanEither(AccountDisabled, AccountLocked), "nl", "geblokkeerd | account geblokkeerd"},
	{mayMeanEither(AccountDisabled, AccountLocked), "pl", "zablokowany | zablokowane | konto zablokowane"},
	{mayMeanEither(AccountDisabled, AccountLocked), "cs", "zablokován | účet zablokován"},
	{mayMeanEither(AccountDisabled, AccountLocked), "sv", "spärrad | kontot spärrat | blockerad"},
	{mayMeanEither(AccountDisabled, AccountLocked), "ja", "ブロック"},
	{mayMeanEither(AccountDisabled, AccountLocked), "zh", "封禁 | 冻结"},
}
