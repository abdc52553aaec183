//! What is said besides findings: headings, totals, questions. The English text stands where it is used; here is what it
//! is in other languages.

/// English and Portuguese of Brazil.
pub(super) const PHRASES: &[(&str, &str)] = &[
    // The page of `check`.
    ("it goes with this row", "vai junto com esta linha"),
    (
        "{count} more with code {code}; `turnup check --all` or `--format csv` lists them all",
        "mais {count} com o código {code}; `turnup check --all` ou `--format csv` lista todos",
    ),
    (
        "checked {customers|* customer|* customers}, {locations|* location|* locations}, {users|* user|* users}: {errors|* error|* errors}, {warnings|* warning|* warnings}, {notices|* notice|* notices}; {blocked|* row|* rows} held back by another row",
        "verificado: {customers|* cliente|* clientes}, {locations|* localidade|* localidades}, {users|* usuário|* usuários}: {errors|* erro|* erros}, {warnings|* aviso|* avisos}, {notices|* nota|* notas}; {blocked|* linha retida|* linhas retidas} por outra linha",
    ),
    ("error", "erro"),
    ("warning", "aviso"),
    ("notice", "nota"),
    ("note", "nota"),
    ("help", "ajuda"),
    ("cause", "causa"),
    ("example", "exemplo"),
    // What `columns`, `init` and blank workbooks say; what each column is for stands in `columns.rs`.
    ("Example", "Exemplo"),
    ("one of", "um destes"),
    ("required", "obrigatória"),
    ("sometimes", "às vezes"),
    ("optional", "opcional"),
    (
        "* required in every row    ? when the package, the country or a second location asks for it",
        "* obrigatória em toda linha    ? quando o pacote, o país ou uma segunda localidade a pede",
    ),
    ("This is not in the list of values that turnup knows.", "Isto não está na lista de valores que o turnup conhece."),
    (
        "fill in templates.toml and the three sheets, then run `turnup check`",
        "preencha templates.toml e as três planilhas, depois execute `turnup check`",
    ),
    // The list of runs, and how far one has come.
    ("started {started} by {by}, {end}", "iniciada {started} por {by}, {end}"),
    (
        "finished {finished} with exit code {exit}{night:; its night with *, since no new sheet was taken}",
        "terminada {finished} com código de saída {exit}{night:; a noite dela com *, pois nenhuma planilha nova foi usada}",
    ),
    ("no new sheet was taken", "nenhuma planilha nova foi usada"),
    ("the night ends with exit code {exit}: {findings}", "a noite termina com código de saída {exit}: {findings}"),
    ("; the results are those of sheets that were taken before", "; os resultados são os de planilhas usadas antes"),
    (
        "; {run}, which waits for approval, is of sheets that were taken before",
        "; {run}, que espera aprovação, é de planilhas usadas antes",
    ),
    ("; no new sheet was taken in its night", "; na sua noite nenhuma planilha nova foi usada"),
    (
        "No new sheet was taken. What follows is what stands of sheets that were taken before:",
        "Nenhuma planilha nova foi usada. O que segue é o que está feito das planilhas usadas antes:",
    ),
    (
        "`{file}` in `{inbox}` is called like a doubled download of `{of}`, so it was not taken; if it is the newest one, name it `{of}`, else remove it",
        "`{file}` em `{inbox}` tem nome de download repetido de `{of}` e não foi usado; se é o mais novo, dê a ele o nome `{of}`, senão apague-o",
    ),
    (
        "`{file}` in `{inbox}` is called like a file that is not whole yet, so no file was taken from there; let the night begin once it is whole, or remove it",
        "`{file}` em `{inbox}` tem nome de arquivo que ainda não está completo, e nenhum arquivo de lá foi usado; deixe a noite começar quando estiver completo, ou apague-o",
    ),
    ("{left}; what it had sent was settled {finished}", "{left}; o que tinha enviado foi resolvido {finished}"),
    ("was cut off", "foi interrompida"),
    ("left off", "parou antes do fim"),
    (
        "these rows bring no mend that is not kept already",
        "estas linhas não trazem nenhuma correção que ainda não esteja guardada",
    ),
    (
        "in the latest run rejected rows lay in the place of `{file}`; of what stands in {place} now, row {row} of the run {run} tells",
        "na última execução havia linhas rejeitadas no lugar de `{file}`; do que está agora em {place} fala a linha {row} da execução {run}",
    ),
    ("under way now{holder: (*)}", "em andamento agora{holder: (*)}"),
    (
        "the run {run}, which is under way now{holder: (*)}",
        "a execução {run}, que está em andamento agora{holder: (*)}",
    ),
    ("unfinished{left: (*)}; `turnup resume` goes on", "não terminada{left: (*)}; `turnup resume` continua"),
    ("left off {at} with exit code {exit}: {why}", "parou {at} com código de saída {exit}: {why}"),
    ("its time was over", "o prazo dela acabou"),
    ("too many rows failed", "linhas demais falharam"),
    ("the wave's first customers did not go well", "os primeiros clientes da onda não foram bem"),
    ("too many rows of some customers failed", "linhas demais de alguns clientes falharam"),
    (" of {run}", " de {run}"),
    (
        "{count|* run was|* runs were} removed by `turnup purge`, the last time on {at}",
        "{count|* execução foi removida|* execuções foram removidas} por `turnup purge`, a última vez em {at}",
    ),
    ("progress", "andamento"),
    ("cure", "solução"),
    // Where a folder is.
    (
        "this folder was moved; its journal was used in `{folder}` before, where it is no more",
        "esta pasta foi movida; o seu diário era usado em `{folder}`, onde já não está",
    ),
    ("nothing is to be done if that was meant", "não há o que fazer se foi de propósito"),
    (
        "the runs of this folder were made on `{host}` so far, not on this machine",
        "as execuções desta pasta foram feitas em `{host}` até agora, não nesta máquina",
    ),
    (
        "make sure that nobody runs it there any more: two machines would provision the same customers",
        "garanta que ninguém mais a execute lá: duas máquinas criariam os mesmos clientes",
    ),
    (
        "this folder is a copy of `{folder}`, which still stands: both would provision the same customers",
        "esta pasta é uma cópia de `{folder}`, que ainda existe: as duas criariam os mesmos clientes",
    ),
    (
        "go on there; or add --this-copy here, and never run the other one again; or remove `.turnup` here to begin anew",
        "continue lá; ou acrescente --this-copy aqui e nunca mais execute a outra; ou remova `.turnup` aqui para recomeçar",
    ),
    (
        "this folder is on a share ({kind}), where lock and journal are not safe from other machines",
        "esta pasta está em um compartilhamento ({kind}), onde a trava e o diário não estão a salvo de outras máquinas",
    ),
    ("work in a folder on a disk of this machine", "trabalhe em uma pasta de um disco desta máquina"),
    ("the folder is where its journal belongs", "a pasta está onde o seu diário pertence"),
    // What `purge` removes.
    (
        "that day is still to come, so everything would be older; name one that is over",
        "esse dia ainda não chegou, e tudo seria mais antigo; indique um que já passou",
    ),
    (
        "nobody is there to confirm that this is removed; look at it with --dry-run, then add --yes",
        "não há ninguém para confirmar a remoção; veja o que sai com --dry-run e acrescente --yes",
    ),
    ("remove this for good? [y/N] ", "remover isto para sempre? [s/N] "),
    ("nothing was removed", "nada foi removido"),
    (
        "it is removed; copies of this folder, backups and what was mailed are yours to remove",
        "foi removido; cópias desta pasta, backups e o que foi enviado por e-mail cabe a você remover",
    ),
    ("older than {moment} (UTC):", "anterior a {moment} (UTC):"),
    ("goes", "sai"),
    ("stays", "fica"),
    ("nothing goes", "nada sai"),
    ("of {from} to {to}", "de {from} a {to}"),
    ("{count|* run|* runs} in the journal", "{count|* execução|* execuções} no diário"),
    ("{count|* kept input|* kept inputs}", "{count|* entrada guardada|* entradas guardadas}"),
    ("{count|* report|* reports}", "{count|* relatório|* relatórios}"),
    ("{count|* draft|* drafts} of the review", "{count|* rascunho|* rascunhos} da revisão"),
    ("{count|* arrival|* arrivals} in the archive", "{count|* chegada|* chegadas} no arquivo"),
    (
        "{count|* sheet|* sheets} of a night that was cut off",
        "{count|* planilha|* planilhas} de uma noite interrompida",
    ),
    (
        "whom Webex was asked to send its mail again, for {count|* person|* persons}",
        "a quem se pediu que o Webex reenviasse o e-mail, de {count|* pessoa|* pessoas}",
    ),
    ("the latest", "a mais recente"),
    ("not finished", "não terminou"),
    ("what it made waits for somebody else", "o que ela criou espera por outra pessoa"),
    ("{run} takes it back", "{run} a desfaz"),
    ("{count|* run that is|* runs that are} younger", "{count|* execução mais nova|* execuções mais novas}"),
    (
        "what is known of objects that stand, since later runs compare with it; your own sheets, `fixed` and `export`; what the simulator holds",
        "o que se sabe dos objetos que existem, pois as próximas execuções comparam com isso; as suas planilhas, `fixed` e `export`; o que o simulador guarda",
    ),
    ("the journal takes {size} now", "o diário ocupa {size} agora"),
    // What `check --online` finds of the customers.
    ("in Webex", "no Webex"),
    ("existing", "existente"),
    ("elsewhere", "em outro lugar"),
    ("new", "novo"),
    ("unknown", "desconhecido"),
    ("Webex says `{what}`", "o Webex diz `{what}`"),
    ("Webex says `{what}`, under the external id `{id}`", "o Webex diz `{what}`, com o id externo `{id}`"),
    ("somebody in Webex has its administrator's e-mail", "alguém no Webex já tem o e-mail do administrador dele"),
    (
        "its `org_id` names an organisation that is none of this partner's customers",
        "o `org_id` dele indica uma organização que não é cliente deste parceiro",
    ),
    (
        "a run has had it confirmed, and Webex does not list it any more",
        "uma execução o teve confirmado, e o Webex não o lista mais",
    ),
    (
        "it is not listed, and its row is not clean, so the precheck was not asked",
        "não está na lista, e a linha dele tem erros, portanto a pré-verificação não foi consultada",
    ),
    (
        "it is not listed, and the precheck refuses its row: {what}",
        "não está na lista, e a pré-verificação recusa a linha dele: {what}",
    ),
    ("Webex did not answer: {what}", "o Webex não respondeu: {what}"),
    (
        "the budget of requests was used up; --budget raises it",
        "o limite de solicitações foi esgotado; --budget o aumenta",
    ),
    (
        "surveyed {customers|* customer|* customers}: {new} new, {existing} existing, {elsewhere} elsewhere, {unknown} unknown; {requests|* request|* requests}, the precheck's among them",
        "levantamento de {customers|* cliente|* clientes}: {new} {new|novo|novos}, {existing} {existing|existente|existentes}, {elsewhere} em outro lugar, {unknown} {unknown|desconhecido|desconhecidos}; {requests|* solicitação|* solicitações}, com as da pré-verificação",
    ),
    ("next: {command}", "a seguir: {command}"),
    ("next: {step}", "a seguir: {step}"),
    (
        "next: `turnup review` shows the rows on a page, where they can be mended and sent back",
        "a seguir: `turnup review` mostra as linhas numa página, onde podem ser corrigidas e enviadas de novo",
    ),
    ("next: `turnup remind` lists who waits for whom", "a seguir: `turnup remind` lista quem espera por quem"),
    // The mail of a night, and the doctor's look at runs.
    ("no run waits for approval or was cut off", "nenhuma execução espera aprovação nem foi interrompida"),
    ("{run} waits for approval", "{run} espera aprovação"),
    ("{run} was cut off", "{run} foi interrompida"),
    ("look at the network, the proxy and the API URL", "verifique a rede, o proxy e a URL da API"),
    (
        "`turnup resume` goes on with it; the next run or night settles it, too",
        "`turnup resume` segue com ela; a próxima execução ou noite também a esclarece",
    ),
    (
        "{run} waits for approval, but its files have changed since",
        "{run} espera aprovação, mas seus arquivos mudaram desde então",
    ),
    (
        "it cannot be let go any more; `turnup run` takes its place",
        "já não pode ser liberada; `turnup run` toma o lugar dela",
    ),
    (
        "`turnup approve {run}` lets it go, a new run takes its place",
        "`turnup approve {run}` a libera, uma nova execução toma o seu lugar",
    ),
    ("rows to look at: {what}", "linhas que pedem atenção: {what}"),
    ("parked until somebody approves it", "à espera da aprovação de alguém"),
    ("a night that was cut off was carried on", "uma noite interrompida foi retomada"),
    ("a test", "um teste"),
    ("folder", "pasta"),
    (
        "the run {run} was cut off; what it had sent was settled, and its sheets were carried on with",
        "a execução {run} foi interrompida; o que ela tinha enviado foi esclarecido, e suas planilhas seguiram",
    ),
    (
        "the run {run} was cut off; what it had sent was settled before tonight's sheets were run",
        "a execução {run} foi interrompida; o que ela tinha enviado foi esclarecido antes das planilhas desta noite",
    ),
    (
        "the run {run} was cut off and is not over; `turnup resume` goes on where it stands",
        "a execução {run} foi interrompida e não terminou; `turnup resume` segue de onde ela parou",
    ),
    (
        "{run} still waits for approval; `turnup approve {run}` lets it go",
        "{run} ainda espera aprovação; `turnup approve {run}` a libera",
    ),
    (
        "the new sheets ({files}) were taken from `{inbox}`; the next night goes on with them",
        "as planilhas novas ({files}) foram retiradas de `{inbox}`; a próxima noite segue com elas",
    ),
    ("no sheet was taken from the inbox", "nenhuma planilha foi retirada da caixa de entrada"),
    // What the doctor finds.
    ("settings", "configurações"),
    ("journal", "diário"),
    ("files", "arquivos"),
    ("templates", "modelos"),
    ("corrections", "correções"),
    ("waves", "ondas"),
    ("what stands beside the sheets can be read", "o que fica ao lado das planilhas pode ser lido"),
    (
        "there is no templates.toml; every customer is made from a template, and this file names them",
        "não há templates.toml; todo cliente é criado a partir de um modelo, e este arquivo os define",
    ),
    ("`turnup template add` asks for one and makes the file", "`turnup template add` pergunta por um e cria o arquivo"),
    ("{place}: {message}", "{place}: {message}"),
    ("disk", "disco"),
    ("modes", "permissões"),
    ("place", "lugar"),
    ("clock", "relógio"),
    ("scope", "escopo"),
    ("notify", "aviso"),
    ("mail", "e-mail"),
    ("mend what it names, then look again", "corrija o que é indicado e verifique de novo"),
    ("they can be used", "podem ser usadas"),
    ("nothing has been run in this folder", "nada foi executado nesta pasta"),
    ("others can look into {folder} (mode {mode})", "outros podem olhar em {folder} (modo {mode})"),
    ("it is whole", "está íntegro"),
    (
        "put a copy of it back, or move it away to begin anew; what stands in Webex is then found and adopted",
        "reponha uma cópia, ou mova-o para recomeçar; o que existe no Webex é então encontrado e adotado",
    ),
    ("there is room for a run", "há espaço para uma execução"),
    ("make room on the disk", "libere espaço no disco"),
    ("run `turnup login`", "execute `turnup login`"),
    (
        "run `turnup login`; look at the network, the proxy and the API URL",
        "execute `turnup login`; verifique a rede, o proxy e o URL da API",
    ),
    ("Webex accepts it", "o Webex o aceita"),
    ("{scope} is there", "{scope} está presente"),
    ("{scope} may be missing: {why}", "{scope} pode estar faltando: {why}"),
    (
        "give the integration that scope, then run `turnup login` again",
        "dê esse escopo à integração e execute `turnup login` de novo",
    ),
    ("it differs from Webex's by {seconds} s", "difere do relógio do Webex em {seconds} s"),
    ("let the machine take its time from the network (NTP)", "deixe a máquina acertar a hora pela rede (NTP)"),
    (
        "this is a test of `turnup doctor --notify`; nothing was run",
        "este é um teste de `turnup doctor --notify`; nada foi executado",
    ),
    (
        "say `mail_to` or `webhook` under `[notify]` in your own settings",
        "indique `mail_to` ou `webhook` em `[notify]` nas suas próprias configurações",
    ),
    ("nobody is to be told", "ninguém deve ser avisado"),
    ("it was sent", "foi enviado"),
    // A login.
    ("access token", "token de acesso"),
    ("client id", "id do cliente (client id)"),
    ("client secret", "segredo do cliente (client secret)"),
    ("refresh token", "token de renovação (refresh token)"),
    (
        "wanted, each on a line of its own: {names}; what came has {count} lines",
        "são esperados, cada um em sua linha: {names}; o que veio tem {count} linhas",
    ),
    (
        "a token is never typed on the command line, where others can see it; get a new one, and pipe it in or type it \
         when it is asked for",
        "um token nunca é digitado na linha de comando, onde outros podem vê-lo; obtenha um novo e passe-o por um pipe ou \
         digite-o quando for pedido",
    ),
    ("Webex accepts it, as {who}", "o Webex o aceita, como {who}"),
    ("Webex accepts it, but does not tell whose it is: {why}", "o Webex o aceita, mas não diz de quem é: {why}"),
    ("stored in {file}, which only you can read", "guardado em {file}, que só você pode ler"),
    ("but {source} is set too and goes before it", "mas {source} também está definido e vem antes"),
    (
        "nothing is stored for the profile {profile}; run `turnup login`",
        "nada está guardado para o perfil {profile}; execute `turnup login`",
    ),
    // Mends that are kept.
    ("it is no text", "não é texto"),
    ("its header must name `key`, `column`, `was` and `now`", "o cabeçalho deve ter `key`, `column`, `was` e `now`"),
    (
        "a key is `customer/`, `location/` or `user/` and what follows it",
        "uma chave é `customer/`, `location/` ou `user/` e o que vem depois",
    ),
    ("it names no column", "não indica coluna"),
    (
        "{count|* cell is|* cells are} taken as corrections.csv says, {stopped} of its lines no longer {stopped|applies|apply}",
        "{count|* célula é tomada|* células são tomadas} como diz corrections.csv, {stopped} das suas linhas já não se {stopped|aplica|aplicam}",
    ),
    (
        "{place}: {message}; the mends of this run wait in `{file}`",
        "{place}: {message}; as correções desta execução esperam em `{file}`",
    ),
    (
        "{count|* mend is|* mends are} kept in corrections.csv and done again while the source says what was mended",
        "{count|* correção fica guardada|* correções ficam guardadas} em corrections.csv e {count|é refeita|são refeitas} enquanto a origem disser o que foi corrigido",
    ),
    (
        "{count|* mend|* mends} cannot be kept, since {count|its row is|their rows are} twice in the sheet with the same cells; remove one of the two there",
        "{count|* correção não pode ser guardada, pois sua linha está|* correções não podem ser guardadas, pois suas linhas estão} duas vezes na planilha com as mesmas células; remova uma das duas lá",
    ),
    ("{column}: `{was}` taken as `{now}` ({place})", "{column}: `{was}` tomado como `{now}` ({place})"),
    // The workbook of a report.
    ("what is wrong", "o que está errado"),
    ("rows behind it", "linhas atrás"),
    ("passes once mended", "passa após a correção"),
    ("codes", "códigos"),
    ("such as", "por exemplo"),
    ("nothing is to be mended", "não há nada a corrigir"),
    (
        "the results have more than {rows} rows; the files `*.results.csv` hold them",
        "os resultados têm mais de {rows} linhas; os arquivos `*.results.csv` têm todas",
    ),
    (
        "{count|* rejected row|* rejected rows} of {sheet} {count|is|are} not in this workbook; `{sheet}.rejected.csv` holds them all",
        "{count|* linha rejeitada|* linhas rejeitadas} de {sheet} {count|não está|não estão} nesta pasta de trabalho; `{sheet}.rejected.csv` tem todas",
    ),
    // What came back mended.
    (
        "{count|* mended cell is|* mended cells are} taken as {count|it|they} came, such as `{cell}` in {place}, though a spreadsheet may have taken zeros from {count|it|them}; if zeros belong in front, write them in the sheet with the column as text, then run again",
        "{count|* célula corrigida é aceita como veio|* células corrigidas são aceitas como vieram}, como `{cell}` em {place}, embora uma planilha possa ter tirado zeros {count|dela|delas}; se há zeros na frente, escreva-os na planilha com a coluna como texto e execute de novo",
    ),
    (
        "{count|* cell|* cells} that only a spreadsheet had changed {count|is what it was|are what they were}, such as `{came}`, which is `{was}` in {place}",
        "{count|* célula que só uma planilha tinha alterado é o que era|* células que só uma planilha tinha alterado são o que eram}, como `{came}`, que é `{was}` em {place}",
    ),
    (
        "{count|* row|* rows} of {run} {count|goes|go} along: mended rows need {count|it|them} or had held {count|it|them} back",
        "{count|* linha|* linhas} de {run} {count|vai|vão} junto: linhas corrigidas {count|precisam dela|precisam delas} ou {count|a|as} retinham",
    ),
    // Causes: what to mend.
    (
        "{bad} of {rows|* row|* rows} {bad|is|are} not well, and 1 cause is behind {bad|it|them}:",
        "{bad} de {rows|* linha|* linhas} não {bad|está|estão} bem, por 1 causa:",
    ),
    (
        "{bad} of {rows|* row|* rows} {bad|is|are} not well, and {causes} causes are behind {bad|it|them}, the largest first:",
        "{bad} de {rows|* linha|* linhas} não {bad|está|estão} bem, por {causes} causas, a maior primeiro:",
    ),
    (
        "and {count|* more cause|* more causes}; the report lists them all",
        "e mais {count|* causa|* causas}; o relatório lista todas",
    ),
    (
        "and {count|* more cause|* more causes}; `turnup check --all` names them all",
        "e mais {count|* causa|* causas}; `turnup check --all` mostra todas",
    ),
    ("1 row; with it mended {share} of all rows pass", "1 linha; com ela corrigida, {share} de todas as linhas passam"),
    (
        "1 row and {blocked} behind it; with it mended {share} of all rows pass",
        "1 linha e {blocked} atrás dela; com ela corrigida, {share} de todas as linhas passam",
    ),
    (
        "{rows} rows; with them mended {share} of all rows pass",
        "{rows} linhas; com elas corrigidas, {share} de todas as linhas passam",
    ),
    (
        "{blocked|* row|* rows} behind it; with it mended {share} of all rows pass",
        "{blocked|* linha|* linhas} atrás; com isso corrigido, {share} de todas as linhas passam",
    ),
    (
        "{rows} rows and {blocked} behind them; with them mended {share} of all rows pass",
        "{rows} linhas e {blocked} atrás delas; com elas corrigidas, {share} de todas as linhas passam",
    ),
    (" (such as {rows})", " (por exemplo {rows})"),
    ("template `{template}`", "modelo `{template}`"),
    ("location `{location}` of customer `{customer}`", "localidade `{location}` do cliente `{customer}`"),
    ("customer `{customer}`", "cliente `{customer}`"),
    ("`{value}` in column `{column}` of {file}", "`{value}` na coluna `{column}` de {file}"),
    ("column `{column}` of {file}", "coluna `{column}` de {file}"),
    ("cell `{column}` of {place}", "célula `{column}` de {place}"),
    ("answers of Webex", "respostas do Webex"),
    ("the run itself", "a própria execução"),
    ("for example, {message}", "por exemplo, {message}"),
    (
        "{place} is left out on purpose, and other rows need it",
        "{place} fica de fora de propósito, e outras linhas precisam dela",
    ),
    (
        "take `skip` out of its `action` cell, or leave the others out too",
        "tire `skip` da célula `action`, ou deixe as outras de fora também",
    ),
    ("other rows wait for {place}", "outras linhas esperam por {place}"),
    (
        "{count|* row was rejected and is|* rows were rejected and are} not retried as {count|it is|they are}; mend the cells in the \
         sheets and `turnup run`, or mend the `*.rejected.csv` files of {folder} and send them with `turnup retry --from FILE`",
        "{count|* linha foi rejeitada e não é repetida|* linhas foram rejeitadas e não são repetidas} como {count|está|estão}; corrija as células \
         nas planilhas e use `turnup run`, ou corrija os arquivos `*.rejected.csv` de {folder} e envie-os com `turnup retry --from FILE`",
    ),
    (
        "see what `turnup why {place}` says of it; the others go with it",
        "veja o que `turnup why {place}` diz dela; as outras vão junto",
    ),
    // Looking back.
    (
        "the run waits for approval; `turnup approve {run}` lets it go",
        "a execução espera aprovação; `turnup approve {run}` a libera",
    ),
    (
        "the run {run} is under way or was cut off, so its report is what it came to so far; `turnup resume` goes on with one \
         that was cut off",
        "a execução {run} está em andamento ou foi interrompida, então o relatório mostra até onde ela chegou; `turnup \
         resume` continua uma que foi interrompida",
    ),
    // Where customers stand.
    ("no customers", "nenhum cliente"),
    ("ready", "pronto"),
    ("open", "aberto"),
    ("waiting", "à espera"),
    ("rejected", "rejeitado"),
    ("failed", "falhou"),
    (
        "wave {wave}: {ready} of {all|* customer|* customers} ready{deleted:, * deleted}",
        "onda {wave}: {ready} de {all|* cliente pronto|* clientes prontos}{deleted:; excluídos: *}",
    ),
    (
        "without a wave: {ready} of {all|* customer|* customers} ready{deleted:, * deleted}",
        "sem onda: {ready} de {all|* cliente pronto|* clientes prontos}{deleted:; excluídos: *}",
    ),
    (
        "{count|* cell|* cells} of the sheets still {count|says|say} what was mended and sent since; the next run of the sheets rejects {count|its row|their rows}, so mend {count|it|them} there too, or keep mends with `turnup retry --from FILE --keep`",
        "{count} células das planilhas ainda dizem o que já foi corrigido e enviado; a próxima execução das planilhas rejeita as \
         linhas delas, então corrija-as ali também, ou guarde correções com `turnup retry --from FILE --keep`",
    ),
    (
        "{count|* row belongs|* rows belong} to no customer",
        "{count|* linha não pertence|* linhas não pertencem} a nenhum cliente",
    ),
    ("{email} (not yet)", "{email} (ainda não)"),
    ("users {users}", "usuários {users}"),
    ("numbers {live} live, {staged} staged", "números {live} no ar, {staged|* preparado|* preparados}"),
    ("emergency {address}", "emergência {address}"),
    ("{what} since {since}", "{what} desde {since}"),
    ("mistakes to mend ({codes})", "erros a corrigir ({codes})"),
    ("the next run", "a próxima execução"),
    (
        "the sheets that an earlier night took from the inbox (archive/{at}) had not been run yet; they are run now",
        "as planilhas que uma noite anterior tirou da caixa de entrada (archive/{at}) ainda não tinham sido executadas; são executadas agora",
    ),
    (
        "the sheets stay in the inbox `{inbox}` ({files}); the next night takes them once nothing stands in the way",
        "as planilhas ficam na caixa de entrada `{inbox}` ({files}); a próxima noite as usa quando nada mais impedir",
    ),
    (
        "{count|* row|* rows}{place: (such as *)}{column: in column `*`}: {message}",
        "{count|* linha|* linhas}{place: (como *)}{column: na coluna `*`}: {message}",
    ),
    (
        "{rejected} of {rows|* row|* rows} of the new sheets have mistakes, more than {percent} %: they are probably the wrong files, so they were not taken and stay where they are; the most frequent mistakes: {causes}; `max_error_rate` under `[guards]` in turnup.toml sets the limit",
        "{rejected} de {rows|* linha|* linhas} das planilhas novas têm erros, mais de {percent} %: provavelmente são os arquivos errados, por isso não foram usadas e ficam onde estão; os erros mais frequentes: {causes}; `max_error_rate` em `[guards]` de turnup.toml define o limite",
    ),
    ("approval: `turnup approve {run}`", "aprovação: `turnup approve {run}`"),
    (
        "the run {run}, which is not over (`turnup resume` goes on with it)",
        "a execução {run}, que não terminou (`turnup resume` a continua)",
    ),
    (
        "its organisation in the column `org_id`, since it was deleted and its users' e-mails stay there: {org_id}",
        "sua organização na coluna `org_id`, pois ele foi excluído e os e-mails dos seus usuários ficam lá: {org_id}",
    ),
    (
        "its sheets: {cells|* cell lacks|* cells lack} what was mended and sent",
        "suas planilhas: falta em {cells|* célula|* células} o que foi corrigido e enviado",
    ),
    (
        "`{file}` is a file of rejected rows, so only these count here, and the exit code is not 0 while it is in the place of the sheet; once they are sent, put the sheet back, mended",
        "`{file}` é um arquivo de linhas rejeitadas, e só elas contam aqui, e o código de saída não é 0 enquanto ele estiver no lugar da planilha; depois de enviadas, ponha de volta a planilha, corrigida",
    ),
    (
        "{run} takes its place and waits for approval: `turnup approve {run}`",
        "{run} ocupa o lugar dela e espera aprovação: `turnup approve {run}`",
    ),
    (
        "{rejected|* row is|* rows are} still rejected and {blocked} held back by another row; the results say why",
        "{rejected|* linha continua rejeitada|* linhas continuam rejeitadas} e {blocked} retidas por outra linha; os resultados dizem por quê",
    ),
    ("{thing} waits for {what} since {since}: {mail}", "{thing} espera por {what} desde {since}: {mail}"),
    (
        "{count|* object or value is|* objects or values are} missing from a list and {count|was|were} found when asked for once more, or could not be looked up; nothing was accepted of {count|it|them}, so compare again later",
        "{count|* objeto ou valor falta|* objetos ou valores faltam} em uma lista e {count|foi encontrado|foram encontrados} ao perguntar outra vez, ou não {count|pôde ser consultado|puderam ser consultados}; nada foi aceito {count|dele|deles}; compare de novo mais tarde",
    ),
    (
        "the new sheets cannot stand together with those that are there: {why}; they were not taken",
        "as planilhas novas não podem ficar junto com as que já estão lá: {why}; não foram usadas",
    ),
    ("what is wrong in {place}", "o que está errado em {place}"),
    ("the window of wave `{wave}`, which opens in {left}", "a janela da onda `{wave}`, que abre em {left}"),
    (
        "a new window in waves.csv: that of wave `{wave}` is over",
        "uma nova janela em waves.csv: a da onda `{wave}` já acabou",
    ),
    (
        "the organisation and its persons stay in Webex, outside this partner: close or hand over in Control Hub what nobody needs",
        "a organização e as suas pessoas ficam no Webex, fora deste parceiro: encerre ou transfira no Control Hub o que ninguém precisa",
    ),
    (
        "registered at {done} of {all|* location|* locations}",
        "registrado em {done} de {all|* localidade|* localidades}",
    ),
    ("set the emergency address", "definir o endereço de emergência"),
    ("set the emergency callback number", "definir o número de retorno de emergência"),
    ("an answer of Webex is outstanding", "falta uma resposta do Webex"),
    ("a review at Cisco (pending_rpl_review)", "uma análise na Cisco (pending_rpl_review)"),
    ("consent of the person (pending_user_migration)", "consentimento da pessoa (pending_user_migration)"),
    ("no customer has the wave `{wave}`", "nenhum cliente tem a onda `{wave}`"),
    // One row's story, and one customer's evidence.
    ("create the customer", "criar o cliente"),
    ("update the customer", "atualizar o cliente"),
    ("create the location", "criar a localidade"),
    ("enable calling", "ativar o Calling"),
    ("connect the PSTN", "conectar a PSTN"),
    ("add numbers", "incluir números"),
    ("set the main number", "definir o número principal"),
    ("bring numbers live", "pôr números no ar"),
    ("take numbers out of service", "tirar números do ar"),
    ("create the user", "criar o usuário"),
    ("change the package", "mudar o pacote"),
    ("grant the role", "conceder a função"),
    ("take the role back", "retirar a função"),
    ("delete the user", "excluir o usuário"),
    ("remove numbers", "remover números"),
    ("disable calling", "desativar o Calling"),
    ("delete the location", "excluir a localidade"),
    ("delete the customer", "excluir o cliente"),
    ("update the location", "atualizar a localidade"),
    ("set the announcement language", "definir o idioma dos anúncios"),
    ("update the person", "atualizar a pessoa"),
    ("release the number", "liberar o número"),
    ("tracking id {id}", "id de rastreamento {id}"),
    ("taken up", "iniciado"),
    ("{call}: about to be sent", "{call}: prestes a ser enviado"),
    ("{call}: took effect", "{call}: teve efeito"),
    ("{call}: refused by Webex", "{call}: recusado pelo Webex"),
    ("{call}: was not sent after all", "{call}: acabou não sendo enviado"),
    ("{call}: no answer came, so it is in doubt", "{call}: não veio resposta, então está em dúvida"),
    ("{call}: looked up, and it had taken effect", "{call}: verificado, e tinha tido efeito"),
    ("{call}: looked up, and it had no effect", "{call}: verificado, e não teve efeito"),
    (
        "{call}: not needed, since an equal object stands there",
        "{call}: não foi preciso, pois já existe um objeto igual",
    ),
    ("learnt: {names}", "anotado: {names}"),
    ("ended: {ending}", "terminou: {ending}"),
    ("waits for {step}", "espera por {step}"),
    ("customer {name}", "cliente {name}"),
    ("location {name}", "localidade {name}"),
    ("numbers of {name}", "números de {name}"),
    ("user {name}", "usuário {name}"),
    ("role of {name}", "função de {name}"),
    ("{place} in run {run}", "{place} na execução {run}"),
    ("the row took no part in this run", "a linha não participou desta execução"),
    ("what it waits for: {place}", "o que ela espera: {place}"),
    (
        "cause: {title}, which concerns {rows|* row|* rows} and holds back {blocked}; {share} of all rows pass with it mended",
        "causa: {title}, que afeta {rows|* linha|* linhas} e retém {blocked}; {share} de todas as linhas passam com ela corrigida",
    ),
    ("nothing was ever sent for it", "nada foi enviado por ela"),
    ("run {run}, started {started} by {by}", "execução {run}, iniciada {started} por {by}"),
    ("what became of it", "o que foi dela"),
    ("reason", "motivo"),
    ("what is done", "o que está feito"),
    ("what is missing", "o que falta"),
    ("tracking id", "id de rastreamento"),
    ("finished", "término"),
    (
        "there is no row `{place}` in the run {run}; name one such as users.csv:418, as the spreadsheet counts",
        "não há linha `{place}` na execução {run}; indique uma como users.csv:418, como a planilha conta",
    ),
    (
        "bring {count|* staged number|* staged numbers} live on porting day: turnup activate",
        "pôr no ar {count|* número preparado|* números preparados} no dia da portabilidade: turnup activate",
    ),
    ("see to: {what}", "cuidar de: {what}"),
    (
        "devices: add phones and adapters, and hand out activation codes",
        "aparelhos: incluir telefones e adaptadores, e entregar os códigos de ativação",
    ),
    (
        "common-area phones: the customer has the package; make the workspaces and their phones",
        "telefones de área comum: o cliente tem o pacote; criar os espaços e seus telefones",
    ),
    (
        "common-area phones: none are sold to this customer; nothing is made for them",
        "telefones de área comum: nenhum foi vendido a este cliente; nada é criado para eles",
    ),
    (
        "hunt groups, call queues, auto attendants and paging groups",
        "grupos de busca, filas de chamadas, atendedores automáticos e grupos de chamada geral",
    ),
    (
        "schedules, announcements, voicemail and call forwarding",
        "horários, anúncios, correio de voz e desvio de chamadas",
    ),
    (
        "a test call in, a test call out, and an emergency call as the country's rules allow",
        "uma chamada de teste recebida, uma feita, e uma de emergência conforme as regras do país",
    ),
    ("evidence for customer {customer}, {name}", "comprovação do cliente {customer}, {name}"),
    ("written {at} by {by}", "escrito {at} por {by}"),
    ("organisation id", "id da organização"),
    ("customer id", "id do cliente"),
    ("onboarding template", "modelo de integração"),
    ("packages sold", "pacotes vendidos"),
    ("what was done", "o que foi feito"),
    ("nothing yet", "nada ainda"),
    ("left to do by hand", "a fazer manualmente"),
    ("{live} live, {staged} staged", "{live} no ar, {staged|* preparado|* preparados}"),
    ("standing", "situação"),
    ("administrator", "administrador"),
    ("users done", "usuários feitos"),
    ("phone numbers", "números de telefone"),
    ("emergency address", "endereço de emergência"),
    ("looked after by", "responsável"),
    ("{what}: stood there already", "{what}: já existia"),
    (
        "neither the sheets nor the journal know a customer `{customer}`; name its external_id",
        "nem as planilhas nem o diário conhecem um cliente `{customer}`; indique o external_id",
    ),
    (
        "the evidence of a customer is written as text, html or json",
        "a comprovação de um cliente é escrita como text, html ou json",
    ),
    // Pages.
    ("well", "bem"),
    ("waiting for somebody", "à espera de alguém"),
    ("to be mended", "a corrigir"),
    ("gone wrong in Webex", "deu errado no Webex"),
    ("held back", "retido"),
    ("left out", "deixado de fora"),
    ("{good} of {all}", "{good} de {all}"),
    ("Customer", "Cliente"),
    ("Name", "Nome"),
    ("Cure", "Solução"),
    ("The row as it came", "A linha como veio"),
    ("Tracking id", "Id de rastreamento"),
    ("rows {from} to {to} of {count}", "linhas {from} a {to} de {count}"),
    ("Page {page} of {pages}", "Página {page} de {pages}"),
    ("Report of run {run}", "Relatório da execução {run}"),
    ("To the content", "Ir ao conteúdo"),
    (
        "Written by turnup {version}; nothing on this page was fetched from a network.",
        "Escrito pelo turnup {version}; nada nesta página foi buscado em rede.",
    ),
    ("turnup report", "relatório do turnup"),
    ("The run is not finished", "A execução não terminou"),
    ("No row took part", "Nenhuma linha participou"),
    ("{rows|The only row is|All * rows are} well", "{rows|A única linha está|Todas as * linhas estão} bem"),
    (
        "{bad} of {rows|* row|* rows} {bad|is|are} not well",
        "{bad} de {rows|* linha|* linhas} {bad|não está|não estão} bem",
    ),
    ("Overview", "Visão geral"),
    ("Rows", "Linhas"),
    ("Well", "Bem"),
    ("To look at", "A ver"),
    ("Held back", "Retidas"),
    ("Waiting for somebody", "À espera de alguém"),
    ("Took", "Duração"),
    ("All rows", "Todas as linhas"),
    ("What to mend", "O que corrigir"),
    (
        "{share} of the rows are well as they stand. Causes: {count}, the largest effect first.",
        "{share} das linhas estão bem como estão. Causas: {count}, a de maior efeito primeiro.",
    ),
    (
        "and {count|* more cause|* more causes}; report.json lists them all",
        "e mais {count|* causa|* causas}; report.json lista todas",
    ),
    ("{share} of all rows pass then", "{share} de todas as linhas passam então"),
    ("Show these rows", "Mostrar estas linhas"),
    ("row", "linha"),
    ("rows", "linhas"),
    ("rows that wait behind it", "linhas que esperam por isso"),
    ("rows: one, and {blocked} behind it", "linhas: uma, e {blocked} atrás dela"),
    ("rows: {rows}, and {blocked} behind them", "linhas: {rows}, e {blocked} atrás delas"),
    ("What comes next", "O que vem a seguir"),
    ("What waits, and what comes next", "O que espera, e o que vem a seguir"),
    ("Nothing: every row is as the sheets say.", "Nada: cada linha está como as planilhas dizem."),
    ("go on with the run where it stands: `turnup resume`", "continuar a execução de onde está: `turnup resume`"),
    (
        "mend the rows in `{files}` and send them back with `turnup retry --from FILE`, or mend the sheets and `turnup run{wave: --wave *}`",
        "corrigir as linhas em `{files}` e enviá-las de volta com `turnup retry --from FILE`, ou corrigir as planilhas e `turnup run{wave: --wave *}`",
    ),
    (
        "once the causes are mended, do again what did not end well: `turnup retry`",
        "corrigidas as causas, refazer o que não terminou bem: `turnup retry`",
    ),
    (
        "decide what is right where another object stands in the place of a row: `turnup why FILE:ROW` tells which",
        "decidir o que vale onde outro objeto está no lugar de uma linha: `turnup why FILE:ROW` diz qual",
    ),
    (
        "what waits is followed up by the next `turnup run`; nothing is made twice",
        "o que espera é acompanhado pelo próximo `turnup run`; nada é criado duas vezes",
    ),
    ("How it went", "Como foi"),
    ("By stage", "Por etapa"),
    (
        "Steps that are well, of all steps that the run was to do.",
        "Passos que estão bem, de todos os que a execução devia dar.",
    ),
    ("The run had no steps.", "A execução não tinha passos."),
    ("By customer", "Por cliente"),
    (
        "Rows that are well, of all rows; customers with most to look at first.",
        "Linhas que estão bem, de todas; primeiro os clientes com mais a ver.",
    ),
    (
        "and {count|* more customer|* more customers}; the table below has them all",
        "e mais {count|* cliente|* clientes}; a tabela abaixo tem todos",
    ),
    ("Every row", "Cada linha"),
    (
        "This page holds {most} of {total} rows, those that are not well first. The files *.results.csv beside it are complete.",
        "Esta página traz {most} de {total} linhas, primeiro as que não estão bem. Os arquivos *.results.csv ao lado são completos.",
    ),
    (
        "Scripts are off here, so the table shows its first rows only. The files *.results.csv beside this page hold every row.",
        "Os scripts estão desligados aqui, então a tabela mostra só as primeiras linhas. Os arquivos *.results.csv ao lado desta página têm todas.",
    ),
    ("Clear the filters", "Limpar os filtros"),
    ("Previous", "Anterior"),
    ("Next", "Seguinte"),
    ("Rows of the run", "Linhas da execução"),
    ("Row", "Linha"),
    ("Result", "Resultado"),
    ("Reason and cure", "Motivo e solução"),
    ("Search", "Buscar"),
    ("Sheet", "Planilha"),
    ("All sheets", "Todas as planilhas"),
    ("All results", "Todos os resultados"),
    ("Cause", "Causa"),
    ("All causes", "Todas as causas"),
    ("turnup plan", "plano do turnup"),
    (
        "Nothing was sent. The forecast is a reckoning, not a promise.",
        "Nada foi enviado. A previsão é um cálculo, não uma promessa.",
    ),
    ("Nothing to do", "Nada a fazer"),
    ("No request would be made", "Nenhuma solicitação seria feita"),
    ("{calls|* request|* requests}, {time}", "{calls|* solicitação|* solicitações}, {time}"),
    ("Requests that read", "Solicitações de leitura"),
    ("Requests that write", "Solicitações de escrita"),
    ("Numbers that go live", "Números que entram no ar"),
    ("Persons who may get a mail", "Pessoas que podem receber e-mail"),
    ("Rejected rows", "Linhas rejeitadas"),
    ("Rows held back", "Linhas retidas"),
    ("The time goes into", "O tempo vai para"),
    ("Stage", "Etapa"),
    ("Create", "Criar"),
    ("Change", "Mudar"),
    ("As it is", "Como está"),
    ("Delete", "Excluir"),
    ("Requests", "Solicitações"),
    ("To know", "A saber"),
    ("What changes and what goes", "O que muda e o que sai"),
    ("Object", "Objeto"),
    ("Column", "Coluna"),
    ("Is now", "É agora"),
    ("Becomes", "Passa a ser"),
    ("and {count} more; the JSON form lists them all", "e mais {count}; a forma JSON lista todos"),
    ("deleted", "excluído"),
    ("Licences", "Licenças"),
    ("Package", "Pacote"),
    ("Before", "Antes"),
    ("After", "Depois"),
    ("Limit", "Limite"),
    ("Customers", "Clientes"),
    ("Locations", "Localidades"),
    ("Numbers", "Números"),
    ("Users", "Usuários"),
    ("Roles", "Funções"),
    ("Evidence", "Comprovação"),
    ("Left to do by hand", "A fazer manualmente"),
    ("Date", "Data"),
    ("Signature", "Assinatura"),
    ("Evidence for {customer}", "Comprovação de {customer}"),
    ("What was done", "O que foi feito"),
    ("When", "Quando"),
    ("What", "O quê"),
    ("To what", "A quê"),
    ("By whom", "Por quem"),
    ("created", "criado"),
    ("updated", "atualizado"),
    ("already there", "já existia"),
    ("skipped", "deixado de fora"),
    ("blocked", "retido"),
    ("not reached", "não alcançado"),
    ("incomplete", "incompleto"),
    ("conflict", "em conflito"),
    ("unconfirmed", "não confirmado"),
    // The page of `plan`.
    (
        "locations: {count} headquarters, which are rows of the customers sheet, and {branches|* branch|* branches} of the \
         locations sheet; numbers are counted by location",
        "localidades: {count|* sede, que é linha|* sedes, que são linhas} da planilha de clientes, e {branches|* filial|* filiais} da \
         planilha de localidades; números são contados por localidade",
    ),
    ("stage", "etapa"),
    ("create", "criar"),
    ("update", "atualizar"),
    ("unchanged", "igual"),
    ("delete", "excluir"),
    ("calls", "solicitações"),
    ("nothing to do: no request would be made", "nada a fazer: nenhuma solicitação seria feita"),
    (
        "no request would be made, but not everything is as the sheets say",
        "nenhuma solicitação seria feita, mas nem tudo está como as planilhas dizem",
    ),
    (
        "{calls|* call|* calls} ({read|* that reads|* that read}, {write|* that writes|* that write}), {time}; the time goes into: {bottleneck}",
        "{calls|* solicitação|* solicitações} ({read} de leitura, {write} de escrita), {time}; o tempo vai para: {bottleneck}",
    ),
    ("faster than its least", "mais rápido que o mínimo"),
    ("slower than its most", "mais lento que o máximo"),
    ("faster than its least, by a factor of {times}", "mais rápido que o mínimo, por um fator de {times}"),
    ("slower than its most, by a factor of {times}", "mais lento que o máximo, por um fator de {times}"),
    ("as foretold", "como previsto"),
    (
        "the forecast was {range} and {calls|* request|* requests}; it took {took} and {sent|* request|* requests}: {judged}",
        "a previsão era {range} e {calls|* solicitação|* solicitações}; levou {took} e {sent|* solicitação|* solicitações}: {judged}",
    ),
    ("about {time}", "cerca de {time}"),
    ("{least} to {most}", "de {least} a {most}"),
    ("begun now, it is done between {from} and {to} ({zone})", "começada agora, termina entre {from} e {to} ({zone})"),
    ("licences: {which}", "licenças: {which}"),
    (
        "a month, by your price list: {before} -> {after} {currency}",
        "por mês, segundo a sua lista de preços: {before} -> {after} {currency}",
    ),
    ("; without {which}, of which it has no price", "; sem {which}, de que ela não tem preço"),
    (
        "{numbers|* number goes|* numbers go} live, {people|* person|* persons} may get a mail from Webex, {packages|* package becomes|* packages become} billable",
        "{numbers|* número entra|* números entram} no ar, {people|* pessoa pode|* pessoas podem} receber um e-mail do Webex, {packages|* pacote passa|* pacotes passam} a ser {packages|cobrado|cobrados}",
    ),
    (
        "{rejected|* row is|* rows are} rejected and {blocked} held back by another row; `turnup check` says why",
        "{rejected|* linha é rejeitada|* linhas são rejeitadas} e {blocked|* retida|* retidas} por outra linha; `turnup check` diz por quê",
    ),
    (
        "{rejected|* row is|* rows are} rejected and {blocked} held back by another row; `turnup check{wave: --wave *}` says why",
        "{rejected|* linha é rejeitada|* linhas são rejeitadas} e {blocked|* retida|* retidas} por outra linha; `turnup check{wave: --wave *}` diz por quê",
    ),
    (
        "{count|* known object has|* known objects have} no row that takes part; {count|it stays as it is|they stay as they are}",
        "{count|* objeto conhecido não tem|* objetos conhecidos não têm} linha que participe; {count|fica como está|ficam como estão}",
    ),
    ("{row} is left out: {message}", "{row} fica de fora: {message}"),
    ("update {id}: {changes}", "atualizar {id}: {changes}"),
    ("delete {id}", "excluir {id}"),
    ("carried over {id}: {what} since {since}", "continua {id}: {what} desde {since}"),
    (
        "what goes is the tie to the partner: organisations, persons and their e-mails stay in Webex; a deleted user's number \
         stays in Webex too",
        "o que sai é o vínculo com o parceiro: organizações, pessoas e seus e-mails ficam no Webex; o número de um usuário \
         excluído também fica no Webex",
    ),
    // Taking back, and the ceiling on changes.
    (
        "nobody is there to confirm that this is accepted; look at `turnup compare`, then add --yes",
        "não há ninguém para confirmar que isto é aceito; veja `turnup compare` e acrescente --yes",
    ),
    (
        "there is nothing to accept: only what was confirmed and stands otherwise now can be",
        "não há nada a aceitar: só se aceita o que foi confirmado e agora está diferente",
    ),
    (
        "this is about {objects|* known object|* known objects}, of which {gone|* is|* are} gone from Webex",
        "trata-se de {objects|* objeto conhecido|* objetos conhecidos}, dos quais {gone|* não existe|* não existem} mais no Webex",
    ),
    (
        "every customer that is known is gone from this Webex, so it is probably not the one that they were made in; look whose token this is. Nothing was accepted",
        "nenhum dos clientes conhecidos existe neste Webex, que provavelmente não é aquele em que foram criados; veja de quem é este token. Nada foi aceito",
    ),
    ("nothing was written", "nada foi gravado"),
    (
        "take this over as what is known? nothing is sent [y/N] ",
        "assumir isto como o que se conhece? nada é enviado [s/N] ",
    ),
    (
        "{left|* difference stays|* differences stay} as {left|it was|they were}: what no sheet names, and other e-mails or names are for a person to decide",
        "{left|* diferença fica|* diferenças ficam} como {left|está|estão}: o que nenhuma planilha cita e outros e-mails ou nomes, uma pessoa decide",
    ),
    (
        "{next|* difference is|* differences are} what the sheets want and no run has had confirmed; the next run does {next|it|them}, where the rows are right",
        "{next|* diferença é|* diferenças são} o que as planilhas querem e nenhuma execução teve confirmado; a próxima execução {next|a|as} faz, onde as linhas estão certas",
    ),
    (
        "`turnup compare --accept` takes over what stands in Webex as what is known; the next run then puts back what the sheets say",
        "`turnup compare --accept` assume o que está no Webex como o que se conhece; a próxima execução então repõe o que as planilhas dizem",
    ),
    (
        "{accepted|* object is|* objects are} known as Webex has {accepted|it|them} now; `turnup plan` shows what puts back what the sheets say",
        "{accepted|* objeto é conhecido|* objetos são conhecidos} como o Webex {accepted|o|os} tem agora; `turnup plan` mostra o que repõe o que as planilhas dizem",
    ),
    (
        "nobody is there to confirm that the run is taken back; add --yes",
        "não há ninguém para confirmar que a execução seja desfeita; acrescente --yes",
    ),
    (
        "the run {run} of {started} {how}; what it has sent is settled first, then what it made is taken back",
        "a execução {run} de {started} {how}; antes se acerta o que ela já enviou, depois se desfaz o que ela criou",
    ),
    ("the run {run} is not finished; `turnup resume` first", "a execução {run} não terminou; antes, `turnup resume`"),
    ("there is nothing to take back", "não há nada a desfazer"),
    (
        "{id} stays: it stood before the run, and what the run changed of it is not taken back",
        "{id} fica: existia antes da execução, e o que ela mudou nele não é desfeito",
    ),
    ("{id} stays: a later run has changed it", "{id} fica: uma execução posterior o mudou"),
    ("{id} stays: something that stays is in it", "{id} fica: contém algo que fica"),
    (
        "mails that Webex has sent and numbers that were ordered cannot be taken back; organisations, persons and their \
         e-mails stay in Webex",
        "e-mails que o Webex enviou e números encomendados não podem ser desfeitos; organizações, pessoas e seus e-mails \
         ficam no Webex",
    ),
    (
        "{changes|* change or deletion|* changes and deletions} of {known|* known object|* known objects} {changes|is|are} more than `max_changes` and `max_change_rate` under `[guards]` allow",
        "{changes|* mudança ou exclusão|* mudanças e exclusões} de {known|* objeto conhecido|* objetos conhecidos} {changes|é|são} mais do que `max_changes` e `max_change_rate` em `[guards]` permitem",
    ),
    ("type {changes} to go on: ", "digite {changes} para continuar: "),
    (
        "the run {run} does not wait for approval: it was begun and is not over; `turnup resume` goes on where it stands",
        "a execução {run} não espera aprovação: foi iniciada e não terminou; `turnup resume` continua de onde ela está",
    ),
    (
        "the run {run} does not wait for approval: it is over; `turnup report {run}` tells what came of it",
        "a execução {run} não espera aprovação: já terminou; `turnup report {run}` conta no que deu",
    ),
    (
        "`{file}` has changed since {run} was parked, so it is not let go; look at `turnup plan`, then run again",
        "`{file}` mudou depois que {run} foi retida, e ela não é liberada; veja `turnup plan`, depois execute de novo",
    ),
    (
        "what is known has moved since {run} was parked, so it is not let go; run again",
        "o que se conhece mudou desde que {run} ficou à espera, e ela não é liberada; execute de novo",
    ),
    ("{run} goes exactly as it was parked", "{run} segue exatamente como ficou à espera"),
    (
        "nobody is there to confirm that, so {run} is parked with its plan and its sheets; `turnup approve {run}` lets it \
         go, a new run takes its place",
        "não há ninguém para confirmar isso, e {run} fica à espera com seu plano e suas planilhas; `turnup approve {run}` a \
         libera, uma nova execução toma o seu lugar",
    ),
    (
        "{run} waited for approval; today's sheets take its place, so it can no longer be approved",
        "{run} esperava aprovação; as planilhas de hoje tomam o seu lugar, e ela já não pode ser aprovada",
    ),
    ("waits for approval; `turnup approve {run}` lets it go", "espera aprovação; `turnup approve {run}` a libera"),
    ("never approved; a later run took its place", "nunca aprovada; uma execução posterior tomou o seu lugar"),
    // What is said of a customer whose packages were not all provisioned.
    ("Webex could not provision its package", "o Webex não conseguiu provisionar o pacote"),
    (
        "packages with errors: {packages} (provisioned_with_errors)",
        "pacotes com erros: {packages} (provisioned_with_errors)",
    ),
    // What is said of what was deleted.
    ("it was not there any more", "já não existia"),
    ("the person stays in Webex, and the e-mail stays taken", "a pessoa fica no Webex, e o e-mail continua ocupado"),
    (
        "the organisation stays in Webex, with its headquarters, its persons and their e-mails",
        "a organização fica no Webex, com sua sede, suas pessoas e os e-mails delas",
    ),
    (
        "to make the customer again, write the organisation's id into its column `org_id`",
        "para criar o cliente de novo, escreva o id da organização na coluna `org_id`",
    ),
    (
        "; or, since {customer} was taken away before and its organisation stays in Webex with e-mails and numbers: {undo}write \
         {org_id} into the column `org_id` of its row, and run again",
        "; ou, como {customer} já foi desfeito antes e a organização dele fica no Webex com e-mails e números: {undo}escreva \
         {org_id} na coluna `org_id` da linha dele, e execute de novo",
    ),
    (
        "take the whole run back, with what it made for others too (`turnup undo {run}`), ",
        "desfaça a execução inteira, com o que ela fez também para outros (`turnup undo {run}`), ",
    ),
    (
        "take back the run that made it again, whole (`turnup undo`), ",
        "desfaça inteira a execução que o criou de novo (`turnup undo`), ",
    ),
    (
        "the organisation of {customer} stays in Webex, and its users' e-mails belong to it: a run that is to make the customer \
         again needs {org_id} in the column `org_id`, or Webex refuses those users",
        "a organização de {customer} fica no Webex, e os e-mails dos usuários pertencem a ela: uma execução que deva criar o \
         cliente de novo precisa de {org_id} na coluna `org_id`, ou o Webex recusa esses usuários",
    ),
    (
        "{customer} is attached to an organisation that stands: its administrator has to consent if it has 100 users or more, or \
         a verified or claimed domain, and the template must allow admin-invite e-mails; Webex tells no state of that",
        "{customer} é anexado a uma organização que já existe: o administrador dela tem de consentir se ela tem 100 usuários ou \
         mais, ou um domínio verificado ou reivindicado, e o modelo deve permitir e-mails de convite; o Webex não diz o estado \
         disso",
    ),
    ("the main number stays with the location", "o número principal fica com a localidade"),
    (
        "the numbers stay: the location's PSTN connection takes no changes over the API",
        "os números ficam: a conexão PSTN da localidade não aceita mudanças pela API",
    ),
    ("rate limit", "limite de solicitações por segundo"),
    (
        "{email} gives up {number}, which goes on to somebody else",
        "{email} deixa o número {number}, que passa para outra pessoa",
    ),
    ("goes on to somebody else", "passa para outra pessoa"),
    (
        "no run of this folder knows yet what stands in Webex: it is looked up first, and what equals its row is taken over as it is, without mail or new licence, so these are the most; `turnup check --online` asks beforehand",
        "nenhuma execução desta pasta sabe ainda o que existe no Webex: isso é consultado antes, e o que é igual à sua linha é assumido como está, sem e-mail nem licença nova, então estes são os máximos; `turnup check --online` pergunta antes",
    ),
    ("removal of customers", "remoção dos clientes"),
    ("provisioning of customers", "provisionamento dos clientes"),
    ("requests in flight", "solicitações simultâneas"),
    (
        "{count|* location says|* locations say} `inactive`, but {count|its|their} numbers were brought live; they stay live",
        "{count|* localidade diz|* localidades dizem} `inactive`, mas seus números já entraram no ar; eles continuam no ar",
    ),
    // The page of `activate`.
    (
        "{customer}, {location}: {count|* number goes|* numbers go} live now",
        "{customer}, {location}: {count|* número entra|* números entram} no ar agora",
    ),
    (
        "{count|* number goes live in all; it stays|* numbers go live in all; they stay} live while the sheet still says `inactive`",
        "{count|* número entra no ar ao todo; ele continua|* números entram no ar ao todo; eles continuam} no ar enquanto a planilha ainda diz `inactive`",
    ),
    (
        "{count|* staged number waits for the window of its wave|* staged numbers wait for the windows of their waves} (waves.csv says when)",
        "{count|* número preparado espera a janela da sua onda|* números preparados esperam as janelas das suas ondas} (waves.csv diz quando)",
    ),
    ("{why}; nothing was sent", "{why}; nada foi enviado"),
    (
        "{sheet}: {count|* row changes|* rows change}{columns: (*)}",
        "{sheet}: {count|* linha muda|* linhas mudam}{columns: (*)}",
    ),
    ("{sheet}: {count|* row goes|* rows go}", "{sheet}: {count|* linha sai|* linhas saem}"),
    ("what would change or go: {what}", "o que mudaria ou sairia: {what}"),
    (
        "{rejected|* row is|* rows are} rejected and {blocked} held back by another row; they take no part in it",
        "{rejected|* linha é rejeitada|* linhas são rejeitadas} e {blocked} retidas por outra linha; ficam de fora",
    ),
    ("no number is staged: no request would be made", "nenhum número está preparado: nenhuma solicitação seria feita"),
    (
        "nobody is there to confirm that numbers go live; add --yes",
        "não há ninguém para confirmar que os números entrem no ar; acrescente --yes",
    ),
    (
        "nothing has been run in this folder, so no number is staged",
        "nada foi executado nesta pasta, então nenhum número está preparado",
    ),
    // What rows of locations say of emergencies.
    (
        "emergency address: {address}; emergency callback number: {callback}",
        "endereço de emergência: {address}; número de retorno de emergência: {callback}",
    ),
    ("set", "definido"),
    ("verified", "conferido"),
    ("not done by turnup", "não feito pelo turnup"),
    // The page of `fix`.
    ("nothing to repair", "nada a reparar"),
    (
        "{cells|* cell|* cells} can be repaired for certain; `turnup fix --apply` writes {cells|it|them} into a copy",
        "{cells|* célula pode ser reparada|* células podem ser reparadas} com certeza; `turnup fix --apply` {cells|a|as} escreve em uma cópia",
    ),
    (
        "{cells|* cell was|* cells were} repaired in the copy; look at it, then move its sheets here",
        "{cells|* célula foi reparada|* células foram reparadas} na cópia; olhe-a, e depois traga as planilhas dela para cá",
    ),
    // The closing summary.
    ("no rows", "nenhuma linha"),
    ("{count|* request|* requests}", "{count|* solicitação|* solicitações}"),
    ("{by} stands in the way", "{by} impede esta linha"),
    ("see {by}; this row goes with it", "veja {by}; esta linha vai junto"),
    ("{fix}; this row goes with it", "{fix}; esta linha vai junto"),
    ("nobody waits for anything", "ninguém espera por nada"),
    (
        "{thing} of {customer} waits for {what} since {since}: {mail}",
        "{thing} de {customer} espera por {what} desde {since}: {mail}",
    ),
    (
        "`turnup remind --yes` has Webex send the consent mail again",
        "`turnup remind --yes` faz o Webex enviar de novo o e-mail de consentimento",
    ),
    ("Webex sends the consent mail again", "o Webex envia de novo o e-mail de consentimento"),
    (
        "no answer came, so the mail counts as sent ({reason})",
        "não veio resposta, então o e-mail conta como enviado ({reason})",
    ),
    (
        "Webex sends no mail ({reason}); the next run sees how it stands",
        "o Webex não envia o e-mail ({reason}); a próxima execução vê como está",
    ),
    ("the last mail is less than 3 days old", "o último e-mail tem menos de 3 dias"),
    (
        "3 mails were sent again, so ask the person by telephone",
        "3 e-mails já foram reenviados, então fale com a pessoa por telefone",
    ),
    ("the window of its wave is closed (waves.csv says when)", "a janela da onda está fechada (waves.csv diz quando)"),
    ("Webex has no call that hastens it", "a API do Webex não tem como apressar isso"),
    ("nothing to mend; the next run follows it up", "nada a corrigir; a próxima execução acompanha"),
    (
        "ask the person to open the mail from Webex and consent; the next run follows it up",
        "peça à pessoa que abra o e-mail do Webex e consinta; a próxima execução acompanha",
    ),
    (
        "Cisco reviews the customer, so nothing is to be done; the next run follows it up",
        "a Cisco analisa o cliente, então não há nada a fazer; a próxima execução acompanha",
    ),
    (
        "{three|* row waits|* rows wait} for longer than 3 days, {seven} of them longer than 7 and {fourteen} longer than 14; `waiting.csv` names them",
        "{three|* linha espera|* linhas esperam} há mais de 3 dias, {seven} delas há mais de 7 e {fourteen} há mais de 14; `waiting.csv` diz quais",
    ),
    ("the run ended before this row was reached", "a execução terminou antes de chegar a esta linha"),
    (
        "the run ended before all of it was done{missing:; missing: *}",
        "a execução terminou antes de tudo ser feito{missing:; falta: *}",
    ),
    (
        "the run waits for approval, so nothing of it was sent",
        "a execução espera aprovação, então nada dela foi enviado",
    ),
    ("`turnup approve {run}` lets it go", "`turnup approve {run}` a libera"),
    (
        "{failed} of {of} rows of this customer had failed, so the rest of it was not begun",
        "{failed} de {of} linhas deste cliente falharam, e o resto dele não foi começado",
    ),
    ("the time was over before this row was reached", "o prazo acabou antes de chegar a esta linha"),
    (
        "{failed} of {of} rows had failed, so the run was stopped before this row was reached",
        "{failed} de {of} linhas falharam, e a execução parou antes de chegar a esta linha",
    ),
    (
        "{failed} of {of} rows of the wave's first customers had failed, so the others were not begun",
        "{failed} de {of} linhas dos primeiros clientes da onda falharam, e os outros não foram começados",
    ),
    ("outside the wave `{wave}` of this run", "fora da onda `{wave}` desta execução"),
    ("outside this run, which was for {only} alone", "fora desta execução, que foi só para {only}"),
    ("`{need}` is neither known nor part of this run", "`{need}` não é conhecido nem faz parte desta execução"),
    ("the run ended while an answer was outstanding", "a execução terminou enquanto se esperava uma resposta"),
    (
        "mend what had failed before, then run again; what stands is kept, the rest is made",
        "corrija o que falhou antes e execute de novo; o que existe é mantido, o resto é feito",
    ),
    ("run again; what stands is kept, the rest is made", "execute de novo; o que existe é mantido, o resto é feito"),
    // The pages of `export` and `compare`.
    ("interrupted; nothing was written", "interrompido; nada foi escrito"),
    (
        "exported: {customers|* customer|* customers}, {locations|* branch|* branches}, {users|* user|* users}; {requests|* request|* requests}",
        "exportados: {customers|* cliente|* clientes}, {locations|* filial|* filiais}, {users|* usuário|* usuários}; {requests|* solicitação|* solicitações}",
    ),
    (
        "the runs of this folder went to another Webex, so nothing is filled in from them",
        "as execuções desta pasta foram para outro Webex, e nada é preenchido a partir delas",
    ),
    (
        "Webex does not tell `wave`, so it is blank; nor `supported_location`, `package_limits` and `org_id`, which are filled \
         only with what a run of this folder had confirmed",
        "o Webex não diz `wave`, que fica em branco; nem `supported_location`, `package_limits` e `org_id`, que só são \
         preenchidos com o que uma execução desta pasta teve confirmado",
    ),
    ("`template` is blank where it is not certain: {which}", "`template` fica em branco onde não é certo: {which}"),
    (
        "`admin_email` is blank where there is not exactly one full administrator: {which}",
        "`admin_email` fica em branco onde não há exatamente um administrador completo: {which}",
    ),
    (
        "Webex does not tell which location is the headquarters, so look at `location_name`: {which}",
        "o Webex não diz qual localidade é a sede; confira `location_name`: {which}",
    ),
    (
        "the headquarters has another address than its customer, whose address was taken: {which}",
        "a sede tem outro endereço que o cliente, e vale o do cliente: {which}",
    ),
    (
        "some numbers are live and these are not, which `number_state` cannot say, so it is blank: {which}",
        "alguns números estão no ar e estes não, o que `number_state` não pode dizer, e fica em branco: {which}",
    ),
    (
        "`pstn_connection` is blank where the connection cannot be chosen over the API: {which}",
        "`pstn_connection` fica em branco onde a conexão não pode ser escolhida pela API: {which}",
    ),
    (
        "`pstn_connection` is blank where the runs of this folder left the connection to Webex; there stands: {which}",
        "`pstn_connection` fica em branco onde as execuções desta pasta deixaram a conexão para o Webex; lá está: {which}",
    ),
    (
        "after an emergency call somebody else's number than the main number is called back, which `emergency_callback` cannot \
         say, so it is blank: {which}",
        "depois de uma chamada de emergência, o retorno vai para outro número que não o principal, o que `emergency_callback` \
         não pode dizer, e fica em branco: {which}",
    ),
    (
        "Webex does not tell which address is registered for emergency calls: `emergency_address` says `yes` only where a run of \
         this folder has registered it, and a blank registers nothing",
        "o Webex não diz qual endereço está registrado para chamadas de emergência: `emergency_address` diz `yes` só onde uma \
         execução desta pasta o registrou, e em branco nada se registra",
    ),
    (
        "{sheet} {key}: the sheet wants `{column}` to be `{found}`, and no run has had that confirmed",
        "{sheet} {key}: a planilha quer `{column}` como `{found}`, e nenhuma execução teve isso confirmado",
    ),
    (
        "{sheet} {key}: the sheet wants it, and no run has had it confirmed",
        "{sheet} {key}: a planilha o quer, e nenhuma execução o teve confirmado",
    ),
    (
        "{sheet} {key}: the sheet wants it deleted, and no run has",
        "{sheet} {key}: a planilha quer que seja excluído, e nenhuma execução o fez",
    ),
    (
        "calling is not enabled here, and a run with these sheets would enable it: {which}",
        "aqui o Calling não está ativado, e uma execução com estas planilhas o ativaria: {which}",
    ),
    (
        "Webex does not tell the name, perhaps since they have not consented yet: {which}",
        "o Webex não diz o nome, talvez porque ainda não consentiram: {which}",
    ),
    ("these roles have no place in `role`: {which}", "estas funções não cabem em `role`: {which}"),
    (
        "these persons have no package, so no sheet holds them: {which}",
        "estas pessoas não têm pacote, e nenhuma planilha as contém: {which}",
    ),
    (" and {count} more", " e mais {count}"),
    ("the customer `{customer}` was not read: {reason}", "o cliente `{customer}` não foi lido: {reason}"),
    (
        "{budget|* request is|* requests are} not even enough for the list of customers; give --budget more",
        "{budget|* solicitação não basta|* solicitações não bastam} nem para a lista de clientes; dê mais a --budget",
    ),
    (
        "none of {count|* customer|* customers} could be looked at with {budget|* request|* requests}, so whether anything was \
         changed is not known; give --budget more",
        "nenhum de {count|* cliente|* clientes} pôde ser examinado com {budget|* solicitação|* solicitações}, e não se sabe se algo \
         foi mudado; dê mais a --budget",
    ),
    (
        "not looked at, since the budget is used up: {which}; they come first the next time",
        "não examinados, pois o limite de solicitações se esgotou: {which}; são os primeiros da próxima vez",
    ),
    (
        "{differences|* difference|* differences}; {customers|* customer|* customers} compared with {requests|* request|* requests}",
        "{differences|* diferença|* diferenças}; {customers|* cliente comparado|* clientes comparados} com {requests|* solicitação|* solicitações}",
    ),
    (
        "{sheet} {key}: `{column}` was confirmed as `{known}` and is blank now",
        "{sheet} {key}: `{column}` foi confirmado como `{known}` e está em branco agora",
    ),
    (
        "{sheet} {key}: `{column}` was confirmed as `{known}` and is `{found}`",
        "{sheet} {key}: `{column}` foi confirmado como `{known}` e é `{found}`",
    ),
    (
        "{sheet} {key}: calling of the headquarters is switched off in Webex",
        "{sheet} {key}: o Calling da sede está desligado no Webex",
    ),
    ("{sheet} {key}: its calling is switched off in Webex", "{sheet} {key}: o Calling dela está desligado no Webex"),
    (
        "{sheet} {key}: the one that was confirmed is gone from Webex; another one has its key, in the organisation {found}",
        "{sheet} {key}: o que foi confirmado não está mais no Webex; outro tem a sua chave, na organização {found}",
    ),
    (
        "{sheet} {key}: it was untied from the partner and attached again, so Webex has it under another id: {found}",
        "{sheet} {key}: foi desvinculado do parceiro e anexado de novo, e o Webex o tem com outro id: {found}",
    ),
    (
        "{sheet} {key}: it was confirmed, and is gone from Webex",
        "{sheet} {key}: foi confirmado, e não está mais no Webex",
    ),
    (
        "{sheet} {key}: `{column}` {known} was confirmed, and is gone from Webex",
        "{sheet} {key}: `{column}` {known} foi confirmado, e não está mais no Webex",
    ),
    ("{sheet} {key}: it stands in Webex and in no sheet", "{sheet} {key}: está no Webex e em nenhuma planilha"),
    (
        "{sheet} {key}: `{column}` {found} stands in Webex and was never confirmed",
        "{sheet} {key}: `{column}` {found} está no Webex e nunca foi confirmado",
    ),
    (
        "{sheet} {key}: a sheet wants it, and Webex does not have it",
        "{sheet} {key}: uma planilha o quer, e o Webex não o tem",
    ),
    // The wizard of templates.
    ("Template name", "Nome do modelo"),
    (
        "what the column `template` of the customers sheet will say",
        "o que a coluna `template` da planilha de clientes vai dizer",
    ),
    ("Country or region", "País ou região"),
    (
        "two letters, such as BR; it decides the data region, which cannot be moved later",
        "duas letras, como BR; decide a região dos dados, que não pode ser mudada depois",
    ),
    ("Countries its customers may be in", "Países em que seus clientes podem estar"),
    ("joined by `;`; blank takes the country above", "separados por `;`; em branco vale o país acima"),
    ("Service provider admin", "Administrador do provedor de serviços"),
    ("the e-mail of a partner administrator", "o e-mail de um administrador do parceiro"),
    ("Default e-mail language", "Idioma padrão dos e-mails"),
    ("such as pt_br", "como pt_br"),
    ("Wholesale subscription", "Assinatura de atacado"),
    ("such as Sub23452345", "como Sub23452345"),
    ("Authentication", "Autenticação"),
    (
        "`webex`, `saml:` with the entity id of your identity provider, or `oidc:` with its registered name; later changes reach \
         new customers only",
        "`webex`, `saml:` com o entity id do seu provedor de identidade, ou `oidc:` com o nome registrado; mudanças posteriores \
         só alcançam clientes novos",
    ),
    ("Cloud connected PSTN provider", "Provedor de PSTN conectado à nuvem"),
    (
        "Cisco recommends to leave this blank and to choose the provider per location",
        "a Cisco recomenda deixar em branco e escolher o provedor por localidade",
    ),
    ("Packages it may sell", "Pacotes que pode vender"),
    (
        "joined by `;`, such as webex_calling;webex_suite; blank means any",
        "separados por `;`, como webex_calling;webex_suite; em branco, qualquer um",
    ),
    ("Is every location confirmed as supported?", "Toda localidade está confirmada como atendida?"),
    (
        "yes or no; Partner Hub's tick box for all its customers",
        "sim ou não; a caixa de seleção do Partner Hub para todos os seus clientes",
    ),
    (
        "Is every location's address registered for emergency calls?",
        "O endereço de toda localidade é registrado para chamadas de emergência?",
    ),
    (
        "yes or no; for locations that turnup makes, unless a row says no",
        "sim ou não; para localidades que o turnup cria, a não ser que a linha diga não",
    ),
    ("What is called back after an emergency call?", "Para onde se retorna depois de uma chamada de emergência?"),
    (
        "`main_number`, or blank for what Webex does; for locations that turnup makes, unless a row says no",
        "`main_number`, ou em branco para o que o Webex faz; para localidades que o turnup cria, a não ser que a linha diga não",
    ),
    (
        "the sheets have no rows yet: fill in templates.toml and the sheets, where `turnup columns` tells what each column wants, then `turnup check` again",
        "as planilhas ainda não têm linhas: preencha templates.toml e as planilhas, e `turnup columns` diz o que cada coluna pede; depois `turnup check` de novo",
    ),
    ("E-mail settings", "Configurações de e-mail"),
    ("Calling settings", "Configurações do Calling"),
    (
        "key=value, joined by `;`; kept as a note of what Partner Hub says",
        "chave=valor, separadas por `;`; guardadas como nota do que diz o Partner Hub",
    ),
    ("Provisioning ID", "Provisioning ID"),
    (
        "shown by Partner Hub in the settings of the finished template",
        "mostrado pelo Partner Hub nas configurações do modelo pronto",
    ),
    ("this cannot be left blank", "isto não pode ficar em branco"),
    ("it has a control character", "contém um caractere de controle"),
    ("Review", "Revisão"),
    ("number to change, Enter if all is right: ", "número a mudar, Enter se tudo está certo: "),
    (
        "there is a template `{name}` already; choose another name, or change it in templates.toml",
        "já existe um modelo `{name}`; escolha outro nome, ou mude-o em templates.toml",
    ),
    ("nobody is there to be asked; give {flags}", "não há ninguém para responder; dê {flags}"),
    (
        "added to {file}; the customers sheet names it as `{name}` in the column `template`",
        "acrescentado a {file}; a planilha de clientes o chama de `{name}` na coluna `template`",
    ),
    (
        "a table of settings is wanted, such as { key = true }",
        "espera-se uma tabela de configurações, como { key = true }",
    ),
    // Questions and refusals.
    ("send this to Webex? [y/N] ", "enviar isto ao Webex? [s/N] "),
    ("send this to the simulator? [y/N] ", "enviar isto ao simulador? [s/N] "),
    ("nothing was sent", "nada foi enviado"),
    ("{place}: {message}; {fix}; nothing was sent", "{place}: {message}; {fix}; nada foi enviado"),
    (
        "{rejected} of {rows} rows have mistakes, more than {percent} %: these are probably the wrong files, so nothing was \
         sent; `turnup check` shows the mistakes, `max_error_rate` under `[guards]` in turnup.toml sets the limit",
        "{rejected} de {rows} linhas têm erros, mais de {percent} %: são provavelmente os arquivos errados, e nada foi \
         enviado; `turnup check` mostra os erros, `max_error_rate` em `[guards]` no turnup.toml define o limite",
    ),
    (
        "nobody is there to confirm the run; look at `turnup plan`, then add --yes",
        "não há ninguém para confirmar a execução; veja `turnup plan` e acrescente --yes",
    ),
    (
        "interrupted; `turnup resume` goes on where this run stands",
        "interrompido; `turnup resume` continua de onde esta execução está",
    ),
    (
        "the run was cut off; `turnup resume` goes on where it stands",
        "a execução foi interrompida; `turnup resume` continua de onde está",
    ),
    (
        "the time is over, so nothing more was begun; `turnup resume` goes on where this run stands",
        "o prazo acabou, e nada mais foi começado; `turnup resume` continua de onde esta execução está",
    ),
    (
        "{failed} of {of} rows failed, which is too many, so nothing more was begun; mend what is named, then run again; \
         `turnup resume` goes on with the sheets as they were (`max_failure_rate` under `[guards]` in turnup.toml sets the limit)",
        "{failed} de {of} linhas falharam, o que é demais, e nada mais foi começado; corrija o que é citado, e execute de novo; \
         `turnup resume` continua com as planilhas como estavam (`max_failure_rate` em `[guards]` no turnup.toml define o limite)",
    ),
    (
        "{failed} of {of} rows of the wave's first customers failed, so the others were not begun; mend what is named, then run \
         again; `turnup resume` begins the others all the same, with the sheets as they were",
        "{failed} de {of} linhas dos primeiros clientes da onda falharam, e os outros não foram começados; corrija o que é \
         citado, e execute de novo; `turnup resume` começa os outros assim mesmo, com as planilhas como estavam",
    ),
    (
        "too many rows failed at {customers}, so the rest there was not begun; mend what is named, then run again; \
         `turnup resume` goes on with the sheets as they were",
        "linhas demais falharam em {customers}, e o resto deles não foi começado; corrija o que é citado, e execute de novo; \
         `turnup resume` continua com as planilhas como estavam",
    ),
    (
        "no customer has the wave `{wave}`, so nothing was sent; the column `wave` names {waves}",
        "nenhum cliente tem a onda `{wave}`, e nada foi enviado; a coluna `wave` cita {waves}",
    ),
    (
        "nothing has been run in this folder, so there is nothing to retry",
        "nada foi executado nesta pasta, e não há o que tentar de novo",
    ),
    ("no row of {run} is to be retried", "nenhuma linha de {run} deve ser tentada de novo"),
    ("retrying {count|* row|* rows} of {run}", "tentando de novo {count|* linha|* linhas} de {run}"),
    (
        "neither its header nor its name says which sheet `{file}` is of; keep the columns as they came, or call it users.rejected.csv, or likewise for locations or customers",
        "nem o cabeçalho nem o nome de `{file}` diz de que planilha ele é; deixe as colunas como vieram, ou chame-o de users.rejected.csv, ou do mesmo modo para locations ou customers",
    ),
    (
        "`{file}` has no row that can be read; it should be the file of rejected rows, mended",
        "`{file}` não tem linha que se possa ler; deveria ser o arquivo de linhas rejeitadas, corrigido",
    ),
    (
        "row {row} of `{file}` was in no sheet of that run, or is there twice; keep the column {column}, or run the whole \
         sheet",
        "a linha {row} de `{file}` não estava em nenhuma planilha daquela execução, ou está duas vezes; mantenha a coluna \
         {column}, ou execute a planilha inteira",
    ),
    (
        "saved as {file}; `turnup run --plan {file}` runs it as it is",
        "salvo como {file}; `turnup run --plan {file}` o executa como está",
    ),
    ("`{file}` has changed", "`{file}` mudou"),
    ("turnup is another version", "o turnup é de outra versão"),
    ("another run has changed what is known", "outra execução mudou o que se conhece"),
    ("the rules have changed", "as regras mudaram"),
    (
        "{what} since the plan was saved ({saved}), so nothing was sent; look at `turnup plan` and save it anew",
        "{what} desde que o plano foi salvo ({saved}), e nada foi enviado; veja `turnup plan` e salve-o de novo",
    ),
    (
        "the time of `--until` is over already, so nothing was sent; name a later one",
        "a hora de `--until` já passou, e nada foi enviado; diga uma posterior",
    ),
    (
        "nothing is begun from {at} on ({zone}; in {hours} h {minutes} min)",
        "nada é começado a partir de {at} ({zone}; em {hours} h {minutes} min)",
    ),
    (
        "nothing has been run in this folder, so there is nothing to resume",
        "nada foi executado nesta pasta, e não há o que retomar",
    ),
    (
        "every run is finished, so there is nothing to resume; `turnup run` does what is left",
        "todas as execuções terminaram, e não há o que retomar; `turnup run` faz o que resta",
    ),
    (
        "resuming {run} of {started} with the sheets of that day",
        "retomando {run} de {started} com as planilhas daquele dia",
    ),
    (
        "the run {run} of {started} {how}; what it has sent is settled first, then the sheets are planned anew \
         (`turnup resume` instead would have gone on with its own plan)",
        "a execução {run} de {started} {how}; primeiro se resolve o que ela enviou, depois as planilhas são planejadas \
         de novo (`turnup resume`, em vez disto, teria continuado com o plano dela)",
    ),
    (
        "the inputs that were kept with it are gone, so it has no report; what it left in doubt is looked up",
        "as entradas guardadas com ela sumiram, e ela não tem relatório; o que deixou em dúvida é consultado",
    ),
    // What fills gaps of findings.
    ("Webex has no call for it", "a API do Webex não permite isso"),
    ("the template of a customer is chosen once", "o modelo de um cliente é escolhido uma só vez"),
    ("the country decides where the data lies", "o país decide onde ficam os dados"),
    (
        "a customer is attached to an organisation when it is created, or never",
        "um cliente é anexado a uma organização quando é criado, ou nunca",
    ),
    ("turnup knows the headquarters by this name", "o turnup conhece a sede por este nome"),
    ("the language of an organisation is chosen once", "o idioma de uma organização é escolhido uma só vez"),
    ("a person stays with the customer", "uma pessoa fica com o cliente"),
    (
        "the location of a calling user stays, and with it the emergency address",
        "a localidade de um usuário de Calling fica, e com ela o endereço de emergência",
    ),
    ("numbers that are live and in use stay live", "números no ar e em uso continuam no ar"),
    ("turnup takes no number out of a location", "o turnup não tira número de uma localidade"),
    (
        "a location keeps a main number until it has another one",
        "uma localidade mantém o número principal até ter outro",
    ),
    ("it cannot be empty", "não pode ficar vazia"),
    ("Cisco describes no call that clears it", "a Cisco não descreve como esvaziá-la pela API"),
    ("a calling user needs a number or an extension", "um usuário de Calling precisa de um número ou de um ramal"),
    ("a full administrator is never made less", "um administrador completo nunca é rebaixado"),
    (
        "the package of a full administrator is never made smaller",
        "o pacote de um administrador completo nunca é diminuído",
    ),
    ("a user still has the package", "um usuário ainda tem o pacote"),
    (
        "numbers that change places need an extension, or a free number in between",
        "números que trocam de lugar precisam de um ramal, ou de um número livre no meio",
    ),
    (
        "extensions that change places need a free one in between",
        "ramais que trocam de lugar precisam de um livre no meio",
    ),
    ("somebody else has it", "outra pessoa o tem"),
    ("it stands in another location", "está em outra localidade"),
    ("name another number", "indique outro número"),
    (
        "leave the cell blank, or take the customer away first and make it again in that organisation",
        "deixe a célula em branco, ou exclua antes o cliente e crie-o de novo nessa organização",
    ),
    ("name an extension or another number", "indique um ramal ou outro número"),
    (
        "give those users another package in a run of its own first",
        "antes, dê outro pacote a esses usuários em uma execução própria",
    ),
    (
        "give one of them an extension, or a free number, in a run of its own first",
        "antes, dê a um deles um ramal, ou um número livre, em uma execução própria",
    ),
    (
        "give one of them a free extension in a run of its own first",
        "antes, dê a um deles um ramal livre em uma execução própria",
    ),
    ("change it in Control Hub", "mude no Control Hub"),
    ("it is longer than 30 characters", "tem mais de 30 caracteres"),
    ("it has an unusual character", "tem um caractere incomum"),
    ("the customer does not have it", "o cliente não o tem"),
    ("Webex takes no limit for it", "o Webex não aceita limite para ele"),
    ("`templates` is not a table of tables", "`templates` não é uma tabela de tabelas"),
    ("a template is a table", "um modelo é uma tabela"),
    ("a text in quotes is wanted", "espera-se um texto entre aspas"),
    ("true or false is wanted", "espera-se true ou false"),
    ("a list of texts is wanted", "espera-se uma lista de textos"),
    ("a two-letter ISO 3166 country code is wanted", "espera-se um código de país ISO 3166 de duas letras"),
    ("an e-mail address is wanted", "espera-se um endereço de e-mail"),
    (
        "a headquarters goes with its customer; take the row out of the sheet",
        "a sede sai com o seu cliente; tire a linha da planilha",
    ),
    ("tabs", "tabulações"),
    ("CSV text", "texto CSV"),
    ("a text file", "um arquivo de texto"),
    ("an Excel workbook (XLSX)", "uma pasta de trabalho do Excel (XLSX)"),
    ("an old Excel workbook (XLS)", "uma pasta de trabalho antiga do Excel (XLS)"),
    ("a binary Excel workbook (XLSB)", "uma pasta de trabalho binária do Excel (XLSB)"),
    ("an Office file locked with a password", "um arquivo do Office trancado com senha"),
    ("an old Office file", "um arquivo antigo do Office"),
    ("an OpenDocument spreadsheet (ODS)", "uma planilha OpenDocument (ODS)"),
    ("an OpenDocument file", "um arquivo OpenDocument"),
    ("an Apple Numbers spreadsheet", "uma planilha do Apple Numbers"),
    ("a Word document", "um documento do Word"),
    ("a PowerPoint presentation", "uma apresentação do PowerPoint"),
    ("a ZIP archive", "um arquivo ZIP"),
    ("an XML spreadsheet of Excel 2003", "uma planilha XML do Excel 2003"),
    ("an XML file", "um arquivo XML"),
    ("a web page (HTML)", "uma página da web (HTML)"),
    ("a PDF document", "um documento PDF"),
    ("an RTF document", "um documento RTF"),
    ("a gzip archive", "um arquivo gzip"),
    ("a 7-Zip archive", "um arquivo 7-Zip"),
    ("a RAR archive", "um arquivo RAR"),
    ("a picture", "uma imagem"),
    (
        "data that is no text (a damaged file, or one of another program)",
        "um conjunto de dados que não é texto (um arquivo danificado, ou de outro programa)",
    ),
    ("give it the ending of what it is, `.csv` or `.xlsx`", "dê-lhe a extensão do que ele é, `.csv` ou `.xlsx`"),
    (
        "open it in Excel or LibreOffice and save it as CSV UTF-8 or as XLSX",
        "abra-o no Excel ou no LibreOffice e salve-o como CSV UTF-8 ou como XLSX",
    ),
    ("open it, take its password away, and save it again", "abra-o, tire a senha e salve-o de novo"),
    ("open it in LibreOffice and save it as CSV or as XLSX", "abra-o no LibreOffice e salve-o como CSV ou como XLSX"),
    ("open it in Numbers and export it as CSV or as Excel", "abra-o no Numbers e exporte-o como CSV ou como Excel"),
    ("unpack it and take the sheets out of it", "descompacte-o e tire as planilhas de dentro"),
    ("export the sheet as CSV UTF-8 or as XLSX", "exporte a planilha como CSV UTF-8 ou como XLSX"),
    ("it is locked with a password", "está trancada com senha"),
    (
        "it has no directory of its files, so it was probably cut off",
        "não tem o índice dos seus arquivos, e provavelmente foi cortada",
    ),
    (
        "no new sheet is in `{inbox}`{others: (only *, whose name is no sheet's)}; what waits and what was not finished is carried on with",
        "não há planilha nova em `{inbox}`{others: (só *, que não tem nome de planilha)}; o que espera e o que não terminou segue adiante",
    ),
    (
        "{files} in `{inbox}` is the same as last time, byte for byte; look whether the export ran",
        "{files} em `{inbox}` é igual à última vez, byte a byte; veja se a exportação foi feita",
    ),
    (
        "`{file}` in `{inbox}` is still being written, so no file was taken from there; let the night begin later",
        "`{file}` em `{inbox}` ainda está sendo gravado, e nenhum arquivo de lá foi usado; deixe a noite começar mais tarde",
    ),
    (
        "the new {sheet} sheet has {rows|* row|* rows} and the last one had {before}, so it was not taken; if that is right, `turnup nightly --anyway` takes it",
        "a nova planilha {sheet} tem {rows|* linha|* linhas} e a última tinha {before}, por isso não foi usada; se estiver certo, `turnup nightly --anyway` a usa",
    ),
    ("the metrics cannot be written", "as métricas não podem ser gravadas"),
    ("the {what} cannot be sent: {why}", "não foi possível enviar ({what}): {why}"),
    ("turnup {workspace}: {verdict}", "turnup {workspace}: {verdict}"),
    ("exit code", "código de saída"),
    ("all well", "tudo certo"),
    ("some rows failed", "algumas linhas falharam"),
    ("stopped by a guard or the deadline", "parado por uma proteção ou pelo prazo"),
    ("interrupted", "interrompido"),
    ("another run did not end", "outra execução não terminou"),
    ("could not run", "não pôde executar"),
    (
        "{place}: {message}; {fix}; the new sheets were not taken",
        "{place}: {message}; {fix}; as planilhas novas não foram usadas",
    ),
    ("something needs a look", "algo precisa de atenção"),
    (
        "the time was over before the run could begin, so nothing was sent",
        "o prazo acabou antes de a execução começar, e nada foi enviado",
    ),
    (
        "the window of wave `{wave}` is {window}: it opens in {left}",
        "a janela da onda `{wave}` é {window}: abre em {left}",
    ),
    ("the window of wave `{wave}` is {window}: it is over", "a janela da onda `{wave}` é {window}: já terminou"),
    ("{windows}; nothing was sent (waves.csv says when)", "{windows}; nada foi enviado (waves.csv diz quando)"),
    ("{window}; its rows are left out", "{window}; as linhas dela ficam de fora"),
    (
        "nothing is begun from {at} on, when the window of wave `{wave}` closes",
        "nada é iniciado a partir de {at}, quando a janela da onda `{wave}` se fecha",
    ),
    ("outside the window of wave `{wave}` ({window})", "fora da janela da onda `{wave}` ({window})"),
    (
        "window {window}{left:, opens in *}{open:, open now}{over:, over}{owner:; * answers for it}",
        "janela {window}{left:, abre em *}{open:, aberta agora}{over:, terminada}{owner:; responsável: *}",
    ),
    ("wave {wave}: no customers", "onda {wave}: nenhum cliente"),
    (
        "its header must name `wave`, `opens_at`, `closes_at` and `timezone`",
        "o cabeçalho precisa ter `wave`, `opens_at`, `closes_at` e `timezone`",
    ),
    ("the wave is there twice", "a onda aparece duas vezes"),
    ("it names no wave", "não indica nenhuma onda"),
    ("it is no time zone such as `America/Sao_Paulo`", "não é um fuso horário como `America/Sao_Paulo`"),
    ("the window closes before it opens", "a janela fecha antes de abrir"),
    ("it is no time such as `2026-11-22 22:00`", "não é uma hora como `2026-11-22 22:00`"),
    (
        "the clocks there are put forward over this time, so it never comes",
        "os relógios de lá são adiantados por cima desta hora, então ela nunca chega",
    ),
];
